import { parseConfig } from "@monolake/config";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { complaints, schema } from "./server-schema.ts";

const anything = z.record(z.string(), z.unknown());

describe("a file that is made to do harm", () => {
  const opened = (count: number) => `x = ${"[".repeat(count)}`;
  const cases: readonly [what: string, text: string][] = [
    ["arrays in arrays", `${opened(100)}${"]".repeat(100)}`],
    ["more arrays than the stack holds", `${opened(50_000)}${"]".repeat(50_000)}`],
    ["tables in tables", `x = ${"{a = ".repeat(30_000)}1${"}".repeat(30_000)}`],
    ["a dotted key", `a${".a".repeat(10_000)} = 1`],
    ["a dotted header", `[a${".a".repeat(10_000)}]`],
    ["JSON arrays", `{"x": ${"[".repeat(50_000)}${"]".repeat(50_000)}}`],
    ["JSON objects", `${'{"a":'.repeat(30_000)}1${"}".repeat(30_000)}`],
  ];
  it.each(cases)("is one problem when it nests %s", (_what, text) => {
    const [first, ...more] = complaints(text, anything);
    expect(first).toMatch(/^1:\d+ limit expected at most 64 levels of nesting, found more$/);
    expect(more).toEqual([]);
  });

  it("is one problem when one value is longer than the parser can take", () => {
    expect(complaints(`a = 1\nx = "${"a".repeat(600_000)}"`, anything)).toEqual([
      "2:1 limit expected shorter values, found one that is too long to read",
    ]);
  });

  it("is one problem when it is too large", () => {
    expect(complaints(`#${"é".repeat(600_000)}`)).toEqual([
      "1:1 limit expected at most 1048576 bytes, found 1200001",
    ]);
    const outcome = parseConfig({ text: "a = 1", maxBytes: 4, schema: anything });
    expect(outcome).toMatchObject({ type: "invalid", problems: [{ type: "limit" }] });
  });

  it("may be nested as deeply as the limit says", () => {
    const nested = (depth: number) =>
      parseConfig({ text: `a = ${"[".repeat(depth)}${"]".repeat(depth)}`, maxDepth: 4, schema: anything });
    expect(nested(4).type).toBe("valid");
    expect(nested(5).type).toBe("invalid");
  });

  it.each([
    "__proto__.polluted = 1",
    "[a.__proto__]\npolluted = 1",
    "a = { __proto__ = { polluted = 1 } }",
    '{"__proto__": {"polluted": 1}}',
    '{"a": {"\\u005f_proto__": {"polluted": 1}}}',
  ])("reaches no prototype: %s", (text) => {
    expect(complaints(text, anything)).toEqual([expect.stringContaining("forbidden-key")]);
    expect("polluted" in {}).toBe(false);
  });

  it("may use the names of what every object has", () => {
    const text = "[constructor]\nprototype = 1\ntoString = 2\n[hasOwnProperty]\n";
    const outcome = parseConfig({ text, schema: z.record(z.string(), z.record(z.string(), z.number())) });
    expect(outcome).toMatchObject({
      value: { constructor: { prototype: 1, toString: 2 }, hasOwnProperty: {} },
    });
    expect(complaints("constructor = 1\nvalueOf = 2\n[runtime]\nthreads = 1", schema)).toHaveLength(2);
  });
});
