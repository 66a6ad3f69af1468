import { z } from "zod";
import { secondsFrom, secondsSchema } from "./seconds-schema.ts";

/** `[runtime]`: how many workers there are, and where. What only the original's runtime knows is read and has no effect. */
export const runtimeSchema = z.strictObject({
  worker_threads: z
    .int()
    .min(1)
    .max(1024)
    .optional()
    .describe("Number of workers; one for every core when left out"),
  worker_type: z
    .enum(["threads", "processes"])
    .default("threads")
    .describe("What a worker is; processes isolate fully, and take turns at connections"),
  worker_heap_mib: z
    .int()
    .min(16)
    .max(1_048_576)
    .optional()
    .describe("Heap of a worker; one that needs more is replaced. As Node.js has it when left out"),
  // Workers that do what they should are silent for some milliseconds now and then.
  heartbeat_timeout_sec: secondsFrom(1)
    .default(10)
    .describe("A worker without a sign of life for so long is replaced"),
  drain_timeout_sec: secondsSchema
    .default(30)
    .describe("Connections may go on for so long when their server is removed or moved, or the proxy stops"),
  drain_on_reload: z
    .boolean()
    .default(false)
    .describe("A changed server ends its old connections in that time; else they keep what they began with"),
  cpu_affinity: z.boolean().default(false).describe("Keeps every worker on a core of its own"),
  runtime_type: z.enum(["io_uring", "legacy"]).optional().describe("Without effect: Node.js decides"),
  entries: z.int().min(0).optional().describe("Without effect: the size of an io_uring"),
  sqpoll_idle: z
    .int()
    .min(0)
    .optional()
    .describe("Without effect: milliseconds before an io_uring's poller sleeps"),
  thread_pool: z.int().min(0).optional().describe("Without effect: Node.js has a thread pool of its own"),
});
