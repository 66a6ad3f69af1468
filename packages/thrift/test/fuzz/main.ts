import { parseArgs } from "node:util";
import { fuzzFrames } from "./fuzz-frames.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "1000000" },
    seconds: { type: "string" },
    seed: { type: "string", default: "1" },
  },
});
const count = Number(values.count);
const before = process.memoryUsage().rss;
const startMs = performance.now();
const report = fuzzFrames({
  count,
  ...(values.seconds === undefined ? {} : { durationMs: Number(values.seconds) * 1_000 }),
  seed: Number(values.seed),
});
const grownMebibytes = Math.round((process.memoryUsage().rss - before) / 1024 / 1024);
const seconds = ((performance.now() - startMs) / 1_000).toFixed(1);
console.log(
  `${report.frames} mutated frames in ${seconds} s: ${report.messages} messages read, ${report.refused} frames refused, ` +
    `none crashed; slowest ${report.slowestMs.toFixed(1)} ms, memory grew by ${grownMebibytes} MiB`,
);
