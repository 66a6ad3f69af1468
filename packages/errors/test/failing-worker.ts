import { parentPort } from "node:worker_threads";
import { defineError, serializeError } from "@monolake/errors";
import { DialTimeoutError, SiteNotExistError } from "./site-errors.ts";

/** Defined in this thread only. */
class WorkerOnlyError extends defineError({
  code: "ERR_TEST_WORKER_ONLY",
  source: "downstream",
  retryable: true,
  message: (f: { count: number }) => `only the worker knows this, ${f.count} times`,
}) {}

const timeout = new DialTimeoutError({
  address: "10.0.0.1:80",
  timeoutMs: 250,
  cause: Object.assign(new Error("connect ETIMEDOUT"), { code: "ETIMEDOUT", errno: -110 }),
});
const failures: Record<string, unknown> = {
  site: new SiteNotExistError({ site: "proxy", cause: timeout }),
  unknown: new WorkerOnlyError({ count: 3 }),
  aggregate: new AggregateError([timeout, new TypeError("no"), "text"], "all failed"),
  text: "just text",
};

parentPort?.on("message", (name: string) => {
  parentPort?.postMessage(serializeError(failures[name]));
});
