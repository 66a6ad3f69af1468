import { runFuzzer } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { proxyHeaders } from "./fuzz/proxy-header-fuzzer.ts";

// `pnpm fuzz` goes on for as long as one likes; this is long enough to see a fault that is easy to find.
it("PROXY headers: no crash, no difference", async () => {
  const { failures, executions } = await runFuzzer(proxyHeaders, { count: 20_000, seed: 20_261_126 });
  expect(failures.map(({ seed, error }) => `${seed}: ${error.message}`)).toEqual([]);
  expect(executions).toBeGreaterThanOrEqual(20_000);
});
