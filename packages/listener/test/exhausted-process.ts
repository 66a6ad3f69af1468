import { closeSync, openSync, readFileSync } from "node:fs";
import { listen } from "../src/index.ts";

/** A process that listens, keeps every connection, and does with its descriptors what its parent says. */
const tell = (message: object) => void process.send?.(message);
const log = (level: string) => (fields: object, message: string) =>
  tell({ type: "log", level, fields, message });

const listener = await listen(
  { type: "socket", value: "127.0.0.1:0" },
  { logger: { info: log("info"), warn: log("warn") } },
);
const held: number[] = [];

function holdAll(): void {
  for (;;) {
    try {
      held.push(openSync("/dev/null", "r"));
    } catch {
      return;
    }
  }
}

process.on("message", (request: string) => {
  switch (request) {
    case "hold":
      holdAll();
      break;
    case "release":
      for (const descriptor of held.splice(0)) closeSync(descriptor);
      break;
    case "read":
      break;
    case "exit":
      process.exit();
  }
  // Needs a descriptor, so it tells whether there is one left.
  let bytes = 0;
  try {
    bytes = readFileSync(new URL(import.meta.url)).length;
  } catch {}
  tell({ type: "done", request, bytes, cpu: process.cpuUsage() });
});
tell({ type: "listening", address: listener.address });
for await (const stream of listener) {
  stream.attach({ onData: () => true, onEnd: () => stream.destroy(), onDrain: () => {}, onClose: () => {} });
}
