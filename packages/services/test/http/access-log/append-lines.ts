import { workerData } from "node:worker_threads";
import { LogFile } from "../../../src/http/access-log/log-file.ts";
import { LogWriter } from "../../../src/http/access-log/log-writer.ts";
import { StandardOutput } from "../../../src/http/access-log/standard-output.ts";

/** A worker thread that appends its own lines to a file or to the standard output, in many writes. */
const { target, name, lines } = workerData as { target: string; name: string; lines: number };
const writer = new LogWriter(target === "stdout" ? new StandardOutput() : new LogFile(target));
for (let index = 0; index < lines; index += 1) {
  writer.write(`${name} ${index} ${name.repeat(index % 300)}\n`);
  if (index % 50 === 49) await writer.flush();
}
await writer[Symbol.asyncDispose]();
