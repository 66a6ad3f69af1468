import { describe, expect, it } from "vitest";
import { parseCommandLine, UsageError } from "../src/command-line.ts";

describe("the command line", () => {
  it("runs everything and writes the report when nothing is asked for", () => {
    expect(parseCommandLine([])).toEqual({
      rounds: 5,
      warmupMs: 600,
      measureMs: 1200,
      attempts: 4,
      bodies: [1024, 65_536],
      connections: [64, 1024],
      monolakeFrom: "build",
      write: "complete",
    });
  });

  it.each([["--only", "nginx"], ["--bodies", "10"], ["--connections", "3"], ["--rounds", "1"], ["--quick"]])(
    "does not write the report of a partial run (%s)",
    (...args) => {
      expect(parseCommandLine(args)).toMatchObject({ write: "never" });
      expect(parseCommandLine([...args, "--write"])).toMatchObject({ write: "always" });
    },
  );

  it("reads lists and cores", () => {
    expect(parseCommandLine(["--only=a,b", "--bodies=1,2", "--cores=3,5", "--json=x.json"])).toMatchObject({
      only: ["a", "b"],
      bodies: [1, 2],
      cores: { proxy: 3, load: 5 },
      jsonFile: "x.json",
    });
  });

  it.each([["--rounds=0"], ["--rounds=x"], ["--bodies=1,,2"], ["--cores=1"], ["--cores=1,1"], ["--what"]])(
    "refuses %s",
    (argument) => {
      expect(() => parseCommandLine([argument])).toThrow(UsageError);
    },
  );
});
