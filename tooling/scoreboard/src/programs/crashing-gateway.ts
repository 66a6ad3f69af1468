// A gateway whose workers crash on request. Arguments: port, type of worker, a file for what they accept. Prints what happens to
// its workers, and when, a line each.
import { createWorkerManager, type WorkerEvent, type WorkerMode } from "@monolake/core";

const [port = "", mode = "threads", acceptedFile = ""] = process.argv.slice(2);
const print = (event: WorkerEvent) => console.log(JSON.stringify({ ...event, atMs: Date.now() }));

const manager = await createWorkerManager({
  mode: mode as WorkerMode,
  runtime: { workerThreads: 3, heapLimitMebibytes: 96 },
  heartbeatTimeoutMs: 2_500,
  drainMs: 2_000,
  graceMs: 1_000,
  onEvent: print,
});
const group = await manager.dispatch({
  type: "prepare-and-commit",
  site: "gateway",
  service: { module: import.meta.resolve("./crashing-service.ts"), config: { acceptedFile } },
  listen: {
    module: import.meta.resolve("@monolake/listener/listen-module"),
    config: { type: "socket", value: `127.0.0.1:${port}` },
  },
});
group.throwIfFailed();
console.log("ready to crash");
process.once("SIGTERM", () => void manager.close());
