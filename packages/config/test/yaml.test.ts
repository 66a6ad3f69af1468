import { parseConfig } from "@monolake/config";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { complaint, schema } from "./server-schema.ts";

const anything = z.record(z.string(), z.unknown());

const read = (text: string, against: z.ZodType = anything) =>
  parseConfig({ text, file: "a.yaml", schema: against });

/** `line:column type message` of everything that is wrong with a text in YAML. */
function complaints(text: string, against: z.ZodType = anything): string[] {
  const outcome = read(text, against);
  return outcome.type === "valid" ? [] : outcome.problems.map(complaint);
}

function valueIn(text: string): unknown {
  const outcome = read(text);
  if (outcome.type === "invalid") expect.unreachable(outcome.problems.map(complaint).join("\n"));
  return outcome.value;
}

it.each([
  "a: 1\nb: [x, 'y', \"z\\n\"]\nc:\n  - d: true\n    e: ~\n  - f: 1.5e3\n",
  "text: |\n  one\n   two\nfolded: >-\n  a\n  b\nempty: ''\n",
  "no: no\nyes: yes\ndate: 2020-01-01\noctal: 0o17\nhex: 0xff\nunder: 1_000\nold: 017\n",
  "{ flow: { a: [1, { b: 2 }] } }",
  "'quoted key': 1\n1: 2\ntrue: 3\n",
  "base: &base { a: 1, b: 2 }\nother: *base\nlist: [*base, &n 3, *n]\n",
  "# only a comment\na: 1 # behind\n",
])("gives the values that the document has: %j", (text) => {
  expect(valueIn(text)).toEqual(parse(text, { version: "1.2", schema: "core" }));
});

it("takes an empty file for an empty table, as TOML is", () => {
  expect([valueIn(""), valueIn("# nothing\n"), valueIn("---\n...\n")]).toEqual([{}, {}, {}]);
});

it("merges tables with <<, whose keys go behind a table's own", () => {
  const text =
    "a: &a { x: 1, y: 1 }\nb: &b { y: 2, z: 2 }\nc:\n  <<: [*a, *b]\n  x: 3\nd: { y: 4, <<: *a }\n";
  expect(valueIn(text)).toMatchObject({ c: { x: 3, y: 1, z: 2 }, d: { x: 1, y: 4 } });
});

it("names the place of what is wrong, in an anchored value the place where it is written", () => {
  const text = `runtime: &all
  threads: two
servers:
  a:
    type: http
    nmae: x
    routes:
      - path: 5
  b: { type: tcp, port: 70000 }
`;
  expect(complaints(text, schema)).toEqual([
    '2:12 wrong-type expected a number, found "two"',
    '5:5 missing-key missing key "name": expected a string',
    '6:5 unknown-key unknown key "nmae", did you mean "name"?',
    "8:15 wrong-type expected a string, found 5",
    "9:25 wrong-value expected a port, found 70000",
  ]);
});

it("says of a value that is not written that there is nothing", () => {
  expect(complaints("runtime:\nservers: {}\n", schema)).toEqual([
    "1:9 wrong-type expected a table, found nothing",
  ]);
  expect(complaints("runtime: ~\nservers: {}\n", schema)).toEqual([
    "1:10 wrong-type expected a table, found ~",
  ]);
});

it("gives the same value as the same file in TOML", () => {
  const yaml = "runtime: { threads: 2 }\nservers:\n  a: { type: http, name: n, routes: [{ path: / }] }\n";
  const toml =
    '[runtime]\nthreads = 2\n[servers.a]\ntype = "http"\nname = "n"\n[[servers.a.routes]]\npath = "/"\n';
  const [first, second] = [read(yaml, schema), parseConfig({ text: toml, schema })];
  expect(first).toMatchObject({ type: "valid" });
  expect("value" in first && first.value).toEqual("value" in second && second.value);
});

it("is YAML by the name of the file, also with a brace first", () => {
  expect(parseConfig({ text: "{ a: 1 }", file: "x.YML", schema: anything }).type).toBe("valid");
  expect(parseConfig({ text: "{ a: 1 }", file: "x.conf", schema: anything }).type).toBe("invalid");
});

describe("YAML that cannot be read", () => {
  const cases: readonly [text: string, complaint: string][] = [
    ["a: 1\na: 2", '2:1 duplicate-key expected each key once, found "a" again, first in line 1'],
    [
      "a:\n  b: 1\n  c: 2\n  'b': 3",
      '4:3 duplicate-key expected each key once, found "b" again, first in line 2',
    ],
    ["a: [1, 2\nb: 3", '2:1 syntax expected "]" to close the list, in lines that are indented, found "b"'],
    [
      "a: {b: 1",
      '1:9 syntax expected "}" to close the table, in lines that are indented, found the end of the file',
    ],
    ["a: b: c", "1:4 syntax expected the end of the line: a table begins in a line of its own"],
    ["\ta: 1", '1:1 syntax expected spaces to indent, not tabs, found "\\t"'],
    [
      "a:\n  - 1\n b: 2",
      "3:1 syntax expected the same indentation as the lines before: this one is between two levels",
    ],
    ["a: 'x", "1:6 syntax the string is not closed"],
    ['a: "\\q"', "1:5 syntax unknown escape in the string"],
    ["a: @x", "1:4 syntax a value that begins like this must be in quotes"],
    ["a: !secret x", '1:4 syntax expected no tag of one\'s own, found "!"'],
    ["a: 1\n---\nb: 2", '2:1 syntax expected one document, without a second --- line, found "-"'],
    ["a: *nowhere", '1:4 syntax expected an anchor "&nowhere" before this alias'],
    ["? [1]\n: 2", "1:3 syntax expected a key that is text"],
    ["a: { <<: 1 }", "1:10 syntax expected a table, or a list of tables, to merge with <<"],
    ["a: { <<: [1] }", "1:11 syntax expected a table to merge with <<"],
    ["- 1", "1:1 wrong-type expected a table, found an array"],
    [
      "__proto__: { polluted: 1 }",
      '1:1 forbidden-key expected another name, found the key "__proto__", which no table may have',
    ],
  ];
  it.each(cases)("%j", (text, expected) => {
    expect(complaints(text)).toEqual([expected]);
  });
});

describe("a file in YAML that is made to do harm", () => {
  const deep = /^\d+:\d+ limit expected at most 64 levels of nesting, found more$/;
  it.each([
    ["lists in lists", `x: ${"[".repeat(100)}${"]".repeat(100)}`],
    ["more lists than the stack holds", `x: ${"[".repeat(50_000)}${"]".repeat(50_000)}`],
    ["tables in tables", `x: ${"{a: ".repeat(30_000)}1${"}".repeat(30_000)}`],
    ["indented tables", Array.from({ length: 1000 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n")],
    ["lists in one line", `${"- ".repeat(20_000)}1`],
    ["an anchor that holds its own alias", "a: &a [*a]"],
  ])("is one problem when it nests %s", (_what, text) => {
    expect(complaints(text)).toEqual([expect.stringMatching(deep)]);
  });

  it("is one problem when a few aliases stand for very many values", () => {
    const levels = ["a: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let level = 1; level < 12; level += 1)
      levels.push(
        `b${level}: &a${level} [${Array(10)
          .fill(`*a${level - 1}`)
          .join(", ")}]`,
      );
    const started = performance.now();
    expect(complaints(levels.join("\n"))).toEqual([
      expect.stringMatching(/^\d+:\d+ limit expected at most 10000 values by aliases, found more$/),
    ]);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it("is read in time that grows with its size, however many keys a table has", () => {
    const text = Array.from({ length: 40_000 }, (_, index) => `k${index}: 1`).join("\n");
    expect(Object.keys(valueIn(text) as object)).toHaveLength(40_000);
  });
});
