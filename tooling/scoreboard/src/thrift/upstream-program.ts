import { openSync, writeSync } from "node:fs";
import { startThriftUpstream } from "./upstream.ts";

/** An upstream that is killed: it writes down each call before it answers it. Arguments: its port, and the file. */
const [port, file] = process.argv.slice(2);
const calls = openSync(file as string, "a");
await startThriftUpstream({
  port: Number(port),
  // The kernel has it when this returns, whatever happens to the process.
  onCall: (argument) => void writeSync(calls, `${argument}\n`),
});
console.log("ready");
