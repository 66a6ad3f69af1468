import { runFuzzer } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { chunkedBodies } from "./fuzz/chunked-fuzzer.ts";
import { requestHeads, responseHeads } from "./fuzz/head-fuzzers.ts";

// `pnpm fuzz` goes on for as long as one likes; this is long enough to see a fault that is easy to find.
it.each([requestHeads, responseHeads, chunkedBodies])("$name: no crash, no difference", async (fuzzer) => {
  const { failures, executions } = await runFuzzer(fuzzer, { count: 20_000, seed: 20_261_126 });
  expect(failures.map(({ seed, error }) => `${seed}: ${error.message}`)).toEqual([]);
  expect(executions).toBeGreaterThanOrEqual(20_000);
});
