import { parentPort, workerData } from "node:worker_threads";
import type { createListener } from "../src/listen-module.ts";

// A listener that never accepts keeps no thread alive by itself.
setInterval(() => {}, 60_000);
const { module, config, worker } = workerData;
const loaded: { createListener: typeof createListener } = await import(module);
const listener = await loaded.createListener(config, worker).make();
parentPort?.postMessage(listener.address);
for await (const stream of listener) {
  stream.attach({ onData: () => true, onEnd: () => stream.destroy(), onDrain: () => {}, onClose: () => {} });
  stream.write(Buffer.from(String(worker.id)));
  stream.end();
}
