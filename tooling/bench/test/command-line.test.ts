import { resolve } from "node:path";
import { UsageError } from "@monolake/command-line";
import { describe, expect, it } from "vitest";
import { caseText } from "../src/bench-case.ts";
import { parseCommandLine } from "../src/command-line.ts";
import { repositoryPath } from "../src/contestants/contestant.ts";
import { contestantsOf } from "../src/run-suite.ts";
import { http } from "../src/suites/http.ts";
import { http2 } from "../src/suites/http2.ts";
import { https } from "../src/suites/https.ts";
import { thrift } from "../src/suites/thrift.ts";

describe("the command line", () => {
  it("runs everything and writes the report when nothing is asked for", () => {
    expect(parseCommandLine([])).toEqual({
      rounds: 15,
      warmupMs: 200,
      measureMs: 400,
      attempts: 4,
      suites: [http, https, http2, thrift],
      choice: {},
      monolakeFrom: "build",
      write: "complete",
    });
  });

  it.each([
    ["--only", "nginx"],
    ["--bodies", "10"],
    ["--depths", "2"],
    ["--connections", "3"],
    ["--rounds", "1"],
    ["--quick"],
  ])("does not write the report of a partial run (%s)", (...args) => {
    expect(parseCommandLine(args)).toMatchObject({ write: "never" });
    expect(parseCommandLine([...args, "--write"])).toMatchObject({ write: "always" });
  });

  it("chooses one suite, which is whole by itself", () => {
    expect(parseCommandLine(["--protocol", "thrift"])).toMatchObject({ suites: [thrift], write: "complete" });
    expect(parseCommandLine(["--protocol", "http2"])).toMatchObject({ suites: [http2], write: "complete" });
  });

  it("takes the folder of another checkout", () => {
    const folder = repositoryPath("");
    expect(parseCommandLine(["--beside", folder])).toMatchObject({ beside: resolve(folder) });
  });

  it("reads lists and cores", () => {
    expect(
      parseCommandLine(["--only=a,b", "--bodies=1,2", "--cores=3,5", "--json=x.json", "--protocol=http"]),
    ).toMatchObject({
      only: ["a", "b"],
      choice: { bodies: [1, 2] },
      cores: { proxy: 3, load: 5 },
      jsonFile: "x.json",
    });
  });

  it.each([
    ["--rounds=0"],
    ["--rounds=x"],
    ["--bodies=1,,2"],
    ["--cores=1"],
    ["--cores=1,1"],
    ["--what"],
    ["--beside=/nowhere"],
    ["--protocol=ftp"],
    ["--json=x.json"],
  ])("refuses %s", (argument) => {
    expect(() => parseCommandLine([argument])).toThrow(UsageError);
  });
});

describe("the cases", () => {
  it("are all that a suite has, when nothing is chosen", () => {
    expect(http.cases({}).map(caseText)).toEqual([
      "1 KiB bodies, 64 connections",
      "1 KiB bodies, 1,024 connections",
      "64 KiB bodies, 64 connections",
      "64 KiB bodies, 1,024 connections",
    ]);
    expect(http2.cases({}).map(caseText)).toEqual([
      "cleartext, 1 KiB bodies, 8 connections × 16 streams",
      "TLS, 1 KiB bodies, 8 connections × 16 streams",
    ]);
    expect(thrift.cases({}).map(caseText)).toEqual([
      "framed, 128 B, 64 connections",
      "framed, 128 B, 64 connections × 16 calls",
      "framed, 4 KiB, 64 connections",
      "framed, 4 KiB, 64 connections × 16 calls",
      "TTHeader, 128 B, 64 connections",
      "TTHeader, 128 B, 64 connections × 16 calls",
      "TTHeader, 4 KiB, 64 connections",
      "TTHeader, 4 KiB, 64 connections × 16 calls",
    ]);
  });

  it("of HTTP/2 have each of the proxies once, with nginx to compare with", () => {
    for (const benchCase of http2.cases({})) {
      const taking = http2.contestants("build").filter(({ takesPart }) => takesPart?.(benchCase));
      expect(taking.map(({ id }) => id)).toEqual(["monolake", "monolake-pipelining", "nginx", "haproxy"]);
    }
    expect(http2.yardstick).toBe("nginx");
  });

  it("leave out who is there for a question of its own, unless that is asked", () => {
    const ids = (only?: readonly string[]) =>
      contestantsOf(http, { monolakeFrom: "build", ...(only !== undefined && { only }) }).map(({ id }) => id);
    expect(ids()).toContain("monolake-pipelining");
    expect(ids()).not.toContain("monolake-two-workers");
    expect(ids(["monolake", "monolake-two-workers"])).toEqual(["monolake", "monolake-two-workers"]);
  });

  it("are those that were chosen", () => {
    const chosen = thrift.cases({ bodies: [10], connections: [2], depths: [3] });
    expect(chosen.map(caseText)).toEqual([
      "framed, 10 B, 2 connections × 3 calls",
      "TTHeader, 10 B, 2 connections × 3 calls",
    ]);
  });
});
