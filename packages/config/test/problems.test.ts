import { alias, expectsType, parseConfig } from "@monolake/config";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { complaints, schema } from "./server-schema.ts";

const runtime = "[runtime]\nthreads = 1\n";
const http = `${runtime}[servers.a]\ntype = "http"\nname = "n"\n`;

describe("one problem, at its place", () => {
  const cases: readonly [what: string, text: string, complaint: string][] = [
    ["a missing table, at the beginning", "", '1:1 missing-key missing key "runtime": expected a table'],
    [
      "a missing key, at the header",
      "\n[runtime]\n",
      '2:2 missing-key missing key "threads": expected a number',
    ],
    [
      "a missing key of an inline table",
      "runtime = {}",
      '1:11 missing-key missing key "threads": expected a number',
    ],
    [
      "a missing key of a table that only dotted keys make",
      "runtime.mode = 'fast'",
      '1:1 missing-key missing key "threads": expected a number',
    ],
    ["another type, at the value", "runtime.threads = true", "1:19 wrong-type expected a number, found true"],
    [
      "a table where a value should be",
      "[runtime.threads]",
      "1:2 wrong-type expected a number, found a table",
    ],
    [
      "a value where a table should be",
      "runtime = 1979-05-27",
      '1:11 wrong-type expected a table, found "1979-05-27"',
    ],
    ["a fraction for an integer", "runtime.threads = 1.5", "1:19 wrong-type expected an integer, found 1.5"],
    ["no number", "runtime.threads = nan", "1:19 wrong-type expected a number, found nan"],
    [
      "an unknown key, at the key",
      `${runtime}tihng = 1`,
      '3:1 unknown-key unknown key "tihng", expected "threads", "mode" or "pause"',
    ],
    [
      "an unknown key like another",
      `${runtime}mod = 1`,
      '3:1 unknown-key unknown key "mod", did you mean "mode"?',
    ],
    [
      "an unknown table, at its header",
      `${runtime}[serves.x]`,
      '3:2 unknown-key unknown key "serves", did you mean "servers"?',
    ],
    [
      "a value that is not listed",
      `${runtime}mode = "fats"`,
      '3:8 wrong-value expected "fast" or "slow", found "fats", did you mean "fast"?',
    ],
    [
      "a value of no alternative",
      `${runtime}pause = []`,
      '3:9 wrong-value expected a number or "off", found an empty array',
    ],
    [
      "a number too large",
      `${http}weight = 11`,
      "6:10 wrong-value expected a number of at most 10, found 11",
    ],
    [
      "a number beyond all integers",
      `${http}weight = 99999999999999999999`,
      "6:10 wrong-value expected an integer of at most 9007199254740991, found 99999999999999999999",
    ],
    [
      "an array too short",
      `${http}routes = []`,
      "6:10 wrong-value expected at least 1 entry, found an empty array",
    ],
    [
      "an entry of an array of tables",
      `${http}[[servers.a.routes]]\npath = 1`,
      "7:8 wrong-type expected a string, found 1",
    ],
    [
      "a missing key of the second entry",
      `${http}[[servers.a.routes]]\npath = "/"\n[[servers.a.routes]]`,
      '8:3 missing-key missing key "path": expected a string',
    ],
    [
      "a kind of table that does not exist",
      `${runtime}[servers.a]\ntype = "htp"`,
      '4:8 wrong-value expected "http" or "tcp", found "htp", did you mean "http"?',
    ],
    [
      "a table that does not say its kind",
      `${runtime}[servers.a]\nname = "n"`,
      '3:2 missing-key missing key "type": expected "http" or "tcp"',
    ],
    [
      "a check of the schema's own",
      `${runtime}[servers.a]\ntype = "tcp"\nport = 65536`,
      "5:8 wrong-value expected a port, found 65536",
    ],
    [
      "a key that no server may have",
      `${runtime}[servers.""]\ntype = "tcp"\nport = 1`,
      '3:10 wrong-value expected a key of at least 1 character, found ""',
    ],
    [
      "the key __proto__",
      `${runtime}[servers.__proto__]\nx = 1`,
      '3:10 forbidden-key expected another name, found the key "__proto__", which no table may have',
    ],
  ];
  it.each(cases)("%s", (_what, text, complaint) => {
    expect(complaints(text)).toEqual([complaint]);
  });
});

it("finds all problems at once, in the order of the file", () => {
  const text = `[servers.b]
type = "http"
nam = "n"
[servers.a]
type = "tcp"
port = "80"
[runtime]
mode = 1
`;
  expect(complaints(text)).toEqual([
    '1:2 missing-key missing key "name": expected a string',
    '3:1 unknown-key unknown key "nam", did you mean "name"?',
    '6:8 wrong-type expected a number, found "80"',
    '7:2 missing-key missing key "threads": expected a number',
    '8:8 wrong-value expected "fast" or "slow", found 1',
  ]);
});

it("finds every key that is there twice in JSON, and what else is wrong", () => {
  expect(complaints('{"runtime": {"threads": 1, "threads": 2},\n "runtime": {}, "x": 1}')).toEqual([
    '1:28 duplicate-key expected each key once, found "threads" again, first in line 1',
    '2:2 duplicate-key expected each key once, found "runtime" again, first in line 1',
    '2:17 unknown-key unknown key "x", expected "runtime" or "servers"',
  ]);
});

it("gives the same problems for the same mistakes in JSON", () => {
  const text = '{\n  "runtime": { "threds": 1 },\n  "servers": { "a": { "type": "tcp", "port": "80" } }\n}';
  expect(complaints(text)).toEqual([
    '2:14 missing-key missing key "threads": expected a number',
    '2:16 unknown-key unknown key "threds", did you mean "threads"?',
    '3:46 wrong-type expected a number, found "80"',
  ]);
});

it("carries the path of the value, and of a missing or unknown key", () => {
  const outcome = parseConfig({ text: `${http}routes = [{ path = "/" }, { pth = 1 }]`, schema });
  if (outcome.type === "valid") expect.unreachable();
  expect(outcome.problems.map(({ path }) => path)).toEqual([
    ["servers", "a", "routes", 1, "path"],
    ["servers", "a", "routes", 1, "pth"],
  ]);
  expect(outcome.problems[1]?.suggestion).toBe("path");
});

it("keeps the messages that the schema's author wrote", () => {
  const own = z.strictObject({
    port: z.number({ error: "give me a port" }),
    name: z.string().refine((name) => name === "x", "only x will do"),
  });
  expect(complaints('port = "a"\nname = "y"', own)).toEqual([
    "1:8 wrong-type give me a port",
    "2:8 wrong-value only x will do",
  ]);
});

it("says what the schema's author expects of a type", () => {
  const own = z.strictObject({
    list: z.array(z.string(), expectsType("a list of names")),
    place: z.union([z.string(), z.strictObject({ at: z.string() })], expectsType("a place")),
  });
  expect(complaints('list = "a"\nplace = 1', own)).toEqual([
    '1:8 wrong-type expected a list of names, found "a"',
    "2:9 wrong-value expected a place, found 1",
  ]);
  expect(complaints("list = [1]\nplace = { at = 1 }", own)).toEqual([
    "1:9 wrong-type expected a string, found 1",
    "2:16 wrong-type expected a string, found 1",
  ]);
  expect(complaints("", own)).toEqual([
    '1:1 missing-key missing key "list": expected a list of names',
    '1:1 missing-key missing key "place": expected a place',
  ]);
});

it("carries paths as they are written: by other names of keys, and of a value that stands for a table", () => {
  const short = z.string().transform((at) => ({ at }));
  const place = z.union([short, z.strictObject({ at: z.string() })]).superRefine(({ at }, context) => {
    if (at !== "x") context.addIssue({ code: "custom", path: ["at"], message: "not there" });
  });
  const own = alias(z.strictObject({ place }), { spot: "place" });
  const pathOf = (text: string) => {
    const outcome = parseConfig({ text, schema: own });
    return outcome.type === "invalid" && outcome.problems.map(({ path }) => path);
  };
  expect(pathOf('place = "y"')).toEqual([["place"]]);
  expect(pathOf('spot = { at = "y" }')).toEqual([["spot", "at"]]);
});

it("cuts a message that has a long value in it", () => {
  const own = z.string().superRefine((text, context) => {
    context.addIssue({ code: "custom", message: `no: ${text}` });
  });
  const [complaint = ""] = complaints(`name = "${"a".repeat(5000)}"`, z.strictObject({ name: own }));
  expect(complaint).toMatch(/^1:8 wrong-value no: a+…$/);
  expect(complaint.length).toBeLessThan(1100);
});

it("reports the alternative of a union that fits but for a detail", () => {
  const either = z.strictObject({ from: z.union([z.string(), z.strictObject({ file: z.string() })]) });
  expect(complaints("from = { file = 1 }", either)).toEqual(["1:17 wrong-type expected a string, found 1"]);
  expect(complaints("from = 1", either)).toEqual(["1:8 wrong-value expected a string or a table, found 1"]);
});
