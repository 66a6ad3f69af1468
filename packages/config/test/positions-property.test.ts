import { type ConfigProblem, formatProblems, parseConfig } from "@monolake/config";
import { expect, it } from "vitest";
import { schema } from "./server-schema.ts";

const yaml = `# π
runtime: &r
  threads: 2 # 😀
  mode: fats
servers:
  "😀 é": { type: http, name: n, routes: [{ path: "/" }] }
  b:
    <<: *r
    type: tcp
    note: |
      ü
`;
const seeds = [
  yaml,
  `\uFEFF# π\n[runtime]\r\nthreads = 2 # 😀\nmode = "fats"\n[servers."😀 é"]\ntype = "http"\nname = 'n'
http_timeout = { read_sec = 1.5, x = [1, 2, { y = 1979-05-27 }] }\n[[servers.a.routes]]\npath = """\nü\n"""\n`,
  JSON.stringify(
    { runtime: { threads: "ü", "😀": [1, { a: null }] }, servers: { a: { type: "tcp" } } },
    null,
    2,
  ),
];
const pieces = [
  "[",
  "]",
  "{",
  "}",
  '"',
  "'",
  '"""',
  "=",
  ",",
  ".",
  "\n",
  "\r\n",
  "\r",
  "#",
  " ",
  "\t",
  "\0",
  "é",
  "😀",
];
const words = [
  "*r",
  "&r ",
  "- ",
  "  ",
  "!x ",
  "---\n",
  "? ",
  "__proto__",
  "runtime",
  "1e999",
  "nan",
  "\\u00e9",
  "[[a]]",
  "-",
  "_",
  ":",
  "\uD800",
  "null",
  "true",
];

/** The same numbers in every run (mulberry32). */
function createRandom(state: number): (below: number) => number {
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function mutate(text: string, random: (below: number) => number): string {
  for (let count = 1 + random(4); count > 0; count -= 1) {
    const at = random(text.length + 1);
    const gone = random(2) * random(12);
    const added = [...pieces, ...words][random(pieces.length + words.length)] ?? "";
    text = text.slice(0, at) + (random(4) === 0 ? "" : added) + text.slice(at + gone);
  }
  return text;
}

/** Fails unless line, column, offset and length are one place in the text, and the excerpt is that line's. */
function checkPlace({ position, excerpt }: ConfigProblem, text: string): void {
  const { line, column, offset, length } = position;
  const read = text.replace(/^\uFEFF/, "");
  const lines = read.split("\n");
  const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  expect(line).toBeLessThanOrEqual(lines.length);
  expect(column - 1).toBeLessThanOrEqual(lines[line - 1]?.length ?? -1);
  expect(before + column - 1).toBe(offset);
  expect(offset + length).toBeLessThanOrEqual(read.length);
  expect(lines[line - 1]).toContain(excerpt.text);
  expect(excerpt.start).toBeLessThanOrEqual(excerpt.text.length);
}

it("gives every problem of every text a place in it", () => {
  const random = createRandom(20_260_901);
  let problems = 0;
  for (let run = 0; run < 4_500; run += 1) {
    const seed = seeds[run % seeds.length] ?? "";
    const text = mutate(seed, random);
    const outcome = parseConfig({ text, file: seed === yaml ? "a.yaml" : "a", schema });
    const found = outcome.type === "valid" ? outcome.warnings : outcome.problems;
    for (const problem of found) checkPlace(problem, text);
    expect(formatProblems(found).split("\n\n")).toHaveLength(Math.max(1, found.length));
    problems += found.length;
  }
  expect(problems).toBeGreaterThan(3_000);
});
