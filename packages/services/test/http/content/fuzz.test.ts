import { runFuzzer } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { encodedContent } from "../../fuzz/content-fuzzer.ts";

it("decodes a body in the same way whether it comes whole or in pieces", { timeout: 60_000 }, async () => {
  const { failures, executions } = await runFuzzer(encodedContent, { count: 4_000, seed: 20_261_126 });
  expect(failures.map(({ seed, error }) => `${seed}: ${error.message}`)).toEqual([]);
  expect(executions).toBeGreaterThanOrEqual(4_000);
});
