import { createServer } from "node:net";
import { parentPort, workerData } from "node:worker_threads";

/** Listens without ever accepting: its thread sleeps from then on. */
const { host, port, wake } = workerData as { host: string; port: number; wake: Int32Array };
const server = createServer();
server.listen({ host, port, backlog: 1 }, () => {
  parentPort?.postMessage(server.address());
  // The message has to leave first.
  setImmediate(() => {
    Atomics.wait(wake, 0, 0);
    process.exit();
  });
});
