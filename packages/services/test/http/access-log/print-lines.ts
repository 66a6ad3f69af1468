import { once } from "node:events";
import { Worker } from "node:worker_threads";

/** A program whose two threads write to its standard output at the same time. */
const threads = ["a", "b"].map(
  (name) =>
    new Worker(new URL("./append-lines.ts", import.meta.url), {
      workerData: { target: "stdout", name, lines: 2000 },
    }),
);
await Promise.all(threads.map((thread) => once(thread, "exit")));
