import { temporaryFolder } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { compilePattern } from "../src/cases/compile-pattern.ts";
import { expandMacros } from "../src/cases/expand-macros.ts";
import { plainCasesFor, projectCaseFiles, readCases } from "../src/cases/read-cases.ts";

describe("case files", () => {
  it("of the project hold the plain cases and no name twice", () => {
    const cases = readCases(projectCaseFiles);
    expect(cases.length).toBeGreaterThan(210);
    expect(plainCasesFor(cases).map(({ name }) => name)).toEqual(["rl-get-basic", "cl-ok"]);
  });

  it("of others take the plain cases from the project", async () => {
    await using folder = await temporaryFolder();
    const line = JSON.stringify({ name: "x-y", source: "", level: "MAY", send: "", expect: {} });
    const cases = readCases([await folder.write("cases.jsonl", `${line}\n\n`)]);
    expect(cases.map(({ name }) => name)).toEqual(["x-y"]);
    expect(plainCasesFor(cases)).toHaveLength(2);
  });

  it.each([
    ["{", /cases.jsonl:1: /],
    ['{"name":"x-y","send":"","expect":{},"level":"must"}', /a case has name, send, expect, and level/],
  ])("are refused with the line: %s", async (line, message) => {
    await using folder = await temporaryFolder();
    const file = await folder.write("cases.jsonl", line);
    expect(() => readCases([file])).toThrow(message);
  });
});

describe("macros", () => {
  it("stand for bytes", () => {
    expect(expandMacros("${rep:ab:2}|${rep:}:2}|${hdrs:2:3}|${ext:1:2}")).toBe(
      "abab|}}|X-0: bbb\r\nX-1: bbb\r\n|1;ee\r\nx\r\n",
    );
  });
});

describe("patterns", () => {
  it("may begin with flags, and a dot is also a carriage return", () => {
    expect(compilePattern("(?i)\\nHOST: x\\.test\\r").test("\r\nhost: x.test\r\n")).toBe(true);
    expect(compilePattern("a.b[.]").test("a\rb.")).toBe(true);
    expect(compilePattern("a.b").test("a\nb")).toBe(false);
    expect(compilePattern("(?s)a.b").test("a\nb")).toBe(true);
  });
});
