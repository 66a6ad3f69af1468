import { expect, test } from "vitest";
import { fuzzFrames } from "./fuzz-frames.ts";

test("20,000 mutated frames are read or refused, and nothing else; more with `pnpm --filter @monolake/thrift fuzz`", () => {
  const report = fuzzFrames({ count: 20_000, seed: 20_260_101 });
  expect(report.frames).toBe(20_000);
  expect(report.refused).toBeGreaterThan(2_000);
  expect(report.messages).toBeGreaterThan(2_000);
  expect(report.slowestMs).toBeLessThan(1_000);
});
