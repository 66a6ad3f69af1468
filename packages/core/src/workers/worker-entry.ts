// The first module of a worker: it answers the manager's requests until the manager ends the thread or process.
import { registerHooks } from "node:module";
import { workerData } from "node:worker_threads";
import { createLogger } from "../logger.ts";
import { toLogRecord } from "./log-record.ts";
import { type LinkPort, MessageLink } from "./message-link.ts";
import { birthOfProcess, portOfProcess } from "./process-birth.ts";
import { createWorkerHost } from "./worker-host.ts";
import type { WorkerBirth, WorkerNews } from "./worker-protocol.ts";

interface ThreadData {
  readonly port: LinkPort;
  readonly birth: WorkerBirth;
}

const { port, birth } = (workerData as ThreadData | null) ?? {
  port: portOfProcess(),
  birth: birthOfProcess(),
};

const logger = createLogger(birth.logLevel, (level, fields, message) =>
  link.log(toLogRecord(level, fields, message)),
);
const tell = (news: WorkerNews): void => link.tell(news);
const { host, takeFigures } = createWorkerHost({
  birth,
  logger,
  onDrained: (report) => tell({ type: "drained", report }),
});
const link = new MessageLink<Record<never, never>>({ port, handlers: host });

// In development the manager watches the files of the modules that are loaded from here on.
if (birth.watchModules)
  registerHooks({
    load(url, context, nextLoad) {
      tell({ type: "loaded", url });
      return nextLoad(url, context);
    },
  });

const beat = () => tell({ type: "alive", figures: takeFigures() });
beat();
setInterval(beat, birth.heartbeat.intervalMs).unref();

// What one connection's callback throws must not end the connections of everybody else at once: the manager puts another
// worker in the place of this one, which drains. A rejection that nobody handles has left no call half done.
process.on("uncaughtException", (error, origin) => {
  const isThrow = origin === "uncaughtException";
  logger.error(
    { err: error, origin },
    isThrow ? "uncaught in a worker, which is replaced" : "unhandled in a worker, which goes on",
  );
  if (isThrow) tell({ type: "uncaught" });
});
