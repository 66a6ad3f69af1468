import { parseArgs } from "node:util";
import { runFuzzer } from "@monolake/test-kit";
import { thriftFrames } from "./fuzz-frames.ts";

const { values } = parseArgs({
  options: { count: { type: "string", default: "1000000" }, seed: { type: "string", default: "1" } },
});
let slowestMs = 0;
const timed: typeof thriftFrames = {
  name: thriftFrames.name,
  tryOne(random) {
    const startMs = performance.now();
    const executions = thriftFrames.tryOne(random);
    slowestMs = Math.max(slowestMs, performance.now() - startMs);
    return executions;
  },
};
const before = process.memoryUsage().rss;
const report = await runFuzzer(timed, { count: Number(values.count), seed: Number(values.seed) });
const grownMebibytes = Math.round((process.memoryUsage().rss - before) / 1024 / 1024);
for (const { type, seed, error } of report.failures) console.error(type, "with seed", seed, error);
console.log(
  `${report.executions} mutated frames, ${report.crashes} crashes, ${report.differences} differences; ` +
    `slowest ${slowestMs.toFixed(1)} ms, memory grew by ${grownMebibytes} MiB`,
);
if (report.failures.length > 0) process.exitCode = 1;
