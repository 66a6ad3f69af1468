// The first module of a worker thread: it answers the manager's requests until the manager ends the thread.
import { workerData } from "node:worker_threads";
import { toLogRecord } from "./log-record.ts";
import { createLogger } from "./logger.ts";
import { MessageLink } from "./message-link.ts";
import { createWorkerHost } from "./worker-host.ts";
import type { WorkerThreadData } from "./worker-protocol.ts";

const { port, workerId, workerCount, logLevel } = workerData as WorkerThreadData;

const logger = createLogger(logLevel, (level, fields, message) =>
  link.log(toLogRecord(level, fields, message)),
);
const handlers = createWorkerHost({ id: workerId, count: workerCount, logger });
const link = new MessageLink<Record<never, never>>({ port, handlers });

// What one connection's callback throws must not end the connections of everybody else.
process.on("uncaughtException", (error, origin) => {
  logger.error({ err: error, origin }, "uncaught in a worker, which goes on");
});
