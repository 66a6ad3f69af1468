import { UsageError } from "@monolake/command-line";
import type { Fuzzer } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { parseCommandLine } from "../src/command-line.ts";
import { fuzzers } from "../src/fuzzers.ts";

describe("the list of fuzzers", () => {
  it.each(Object.entries(fuzzers))("finds %s", async (name, place) => {
    const module = (await import(new URL(`../../../${place.module}`, import.meta.url).href)) as Record<
      string,
      Fuzzer
    >;
    expect(module[place.export]?.name).toBe(name);
  });
});

describe("the command line", () => {
  it("asks for a minute of everything by default", () => {
    expect(parseCommandLine([])).toMatchObject({ seconds: 60, seed: expect.any(Number) });
  });

  it("takes names, a seed and bounds", () => {
    expect(parseCommandLine(["--only", "a,b", "--count", "5", "--seed", "7"])).toEqual({
      names: ["a", "b"],
      count: 5,
      seed: 7,
    });
    expect(parseCommandLine(["--help"])).toBe("help");
  });

  it.each([["--count", "0"], ["--seconds", "x"], ["--other"]])("refuses %s %s", (...args) => {
    expect(() => parseCommandLine(args)).toThrow(UsageError);
  });
});
