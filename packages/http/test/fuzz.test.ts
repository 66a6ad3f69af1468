import { runFuzzer } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { chunkedBodies } from "./fuzz/chunked-fuzzer.ts";
import { http2ClientFrames } from "./fuzz/h2/client-frames-fuzzer.ts";
import { http2Fields } from "./fuzz/h2/fields-fuzzer.ts";
import { http2ServerFrames } from "./fuzz/h2/server-frames-fuzzer.ts";
import { http2Splits } from "./fuzz/h2/splits-fuzzer.ts";
import { requestHeads, responseHeads } from "./fuzz/head-fuzzers.ts";

// `pnpm fuzz` goes on for as long as one likes; this is long enough to see a fault that is easy to find.
it.each([requestHeads, responseHeads, chunkedBodies])("$name: no crash, no difference", async (fuzzer) => {
  const { failures, executions } = await runFuzzer(fuzzer, { count: 20_000, seed: 20_261_126 });
  expect(failures.map(({ seed, error }) => `${seed}: ${error.message}`)).toEqual([]);
  expect(executions).toBeGreaterThanOrEqual(20_000);
});

// Each of these is a connection, or a run through one.
it.each([http2Fields, http2ServerFrames, http2ClientFrames, http2Splits])(
  "$name: no crash, no difference",
  async (fuzzer) => {
    const { failures, executions } = await runFuzzer(fuzzer, { count: 1_000, seed: 20_261_126 });
    expect(failures.map(({ seed, error }) => `${seed}: ${error.message}`)).toEqual([]);
    expect(executions).toBeGreaterThanOrEqual(1_000);
  },
);
