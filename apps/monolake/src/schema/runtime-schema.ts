import { z } from "zod";

/** `[runtime]`: how many workers there are, and where. What only the original's runtime knows is read and has no effect. */
export const runtimeSchema = z.strictObject({
  worker_threads: z
    .int()
    .min(1)
    .max(1024)
    .optional()
    .describe("Number of workers; one for every core when left out"),
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
