import { runFuzzer } from "@monolake/test-kit";
import { expect, test } from "vitest";
import { thriftFrames } from "./fuzz-frames.ts";

test("20,000 mutated frames are read or refused, and nothing else; more with `pnpm --filter @monolake/thrift fuzz`", async () => {
  const report = await runFuzzer(thriftFrames, { count: 20_000, seed: 20_260_101 });
  expect(report).toMatchObject({ executions: 20_000, failures: [] });
});
