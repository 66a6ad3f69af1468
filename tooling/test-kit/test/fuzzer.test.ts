import { describe, expect, it } from "vitest";
import { expectSame, type FuzzRandom, runFuzzer } from "../src/index.ts";

const fuzzer = (tryOne: (random: FuzzRandom) => number | Promise<number>) => ({ name: "test", tryOne });

describe("a run of a fuzzer", () => {
  it("goes on to its number of executions", async () => {
    const report = await runFuzzer(
      fuzzer(async () => 3),
      { count: 10, seed: 1 },
    );
    expect(report).toEqual({
      name: "test",
      inputs: 4,
      executions: 12,
      crashes: 0,
      differences: 0,
      failures: [],
    });
  });

  it("ends with its time", async () => {
    const report = await runFuzzer(
      fuzzer(() => 1),
      { seconds: 0.01, seed: 1 },
    );
    expect(report.executions).toBeGreaterThan(0);
  });

  it("counts differences and crashes apart, and says how to make the input again", async () => {
    const broken = fuzzer((random) => {
      const input = random.text("ab", 4, 4);
      if (input === "aaaa") throw new TypeError("crashed");
      expectSame("readers disagree", Buffer.from(input), input.length, input.includes("b") ? 4 : 5);
      if (input === "bbbb") expectSame("they disagree", Buffer.from(input), [1], [2]);
      return 1;
    });
    const report = await runFuzzer(broken, { count: 1_000, seed: 1 });
    expect(report.crashes).toBeGreaterThan(10);
    expect(report.differences).toBeGreaterThan(10);
    expect(report.failures).toHaveLength(5);
    const [first] = report.failures;
    const again = await runFuzzer(broken, { count: 1, seed: first?.seed ?? 0 });
    expect(again.failures[0]).toMatchObject({ type: first?.type, error: { message: first?.error.message } });
  });

  it("makes other inputs of other seeds, and the same of the same", async () => {
    const texts: string[] = [];
    const noting = fuzzer((random) => {
      texts.push(random.text("0123456789", 12, 12));
      return 1;
    });
    await runFuzzer(noting, { count: 500, seed: 1 });
    await runFuzzer(noting, { count: 500, seed: 1 });
    expect(new Set(texts).size).toBe(500);
    expect(texts.slice(500)).toEqual(texts.slice(0, 500));
  });
});
