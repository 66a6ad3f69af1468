import { type ConfigOutcome, formatPath, parseConfig } from "@monolake/config";
import { describe, expect, it } from "vitest";
import { z } from "zod";

const anything = z.record(z.string(), z.unknown());

type Files = Readonly<Record<string, string>>;

/** Reads the files as one configuration; keys are their names. */
function read(files: Files, options: { schema?: z.ZodType; references?: boolean; maxBytes?: number } = {}) {
  const [first, ...others] = Object.entries(files).map(([file, text]) => ({ file, text }));
  if (first === undefined) throw new TypeError("no files");
  return parseConfig({ files: [first, ...others], schema: anything, ...options });
}

/** `file:line:column (path) message` of everything that is wrong. */
const complaints = (outcome: ConfigOutcome<unknown>): string[] =>
  outcome.type === "valid"
    ? []
    : outcome.problems.map(
        ({ position: { file, line, column }, path, message }) =>
          `${file}:${line}:${column} (${formatPath(path)}) ${message}`,
      );

describe("several files", () => {
  it("are one configuration, whatever format each has: tables are merged by key, in the order of the files", () => {
    const outcome = read({
      "a.toml": "debug = true\n[servers.one]\nport = 1",
      "b.yaml": "servers:\n  two: { port: 2 }\n",
      "c.json": '{ "servers": { "one": { "name": "first" } }, "runtime": {} }',
    });
    const value = outcome.type === "valid" ? outcome.value : {};
    expect(JSON.stringify(value)).toBe(
      '{"debug":true,"servers":{"one":{"port":1,"name":"first"},"two":{"port":2}},"runtime":{}}',
    );
  });

  it("may each name the schema for their editor", () => {
    expect(read({ "a.json": '{ "$schema": "x" }', "b.json": '{ "$schema": "y" }' }).type).toBe("valid");
  });

  it("contradict each other where both have a key that is no table: one problem names both places", () => {
    const server = '[servers.web]\nname = "web"\nport = 1\n[servers.web.tls]\nkey = "x"\n';
    expect(complaints(read({ "a.toml": server, "b.toml": `\n${server}` }))).toEqual([
      'b.toml:3:1 (servers.web.name) expected each key once, found "name" again, first in a.toml:2:1',
    ]);
    expect(complaints(read({ "a.toml": "x = 1", "b.toml": "x = 1" }))).toEqual([
      'b.toml:1:1 (x) expected each key once, found "x" again, first in a.toml:1:1',
    ]);
    expect(complaints(read({ "a.toml": "[[x]]\na = 1", "b.yaml": "x: []" }))).toEqual([
      'b.yaml:1:1 (x) expected each key once, found "x" again, first in a.toml:1:3',
    ]);
    expect(complaints(read({ "a.toml": "[x]", "b.yaml": "x: 1" }))).toEqual([
      'b.yaml:1:1 (x) expected each key once, found "x" again, first in a.toml:1:2',
    ]);
  });

  it("are each wrong at their own place, all at once, in the order of their names", () => {
    const schema = z.strictObject({
      first: z.strictObject({ port: z.int() }),
      second: z.strictObject({ port: z.int(), name: z.string() }),
    });
    const outcome = read(
      { "b.yaml": "\n\nsecond:\n  port: x\n  nmae: y", "a.toml": "first.port = 'x'" },
      { schema },
    );
    expect(complaints(outcome)).toEqual([
      'a.toml:1:14 (first.port) expected a number, found "x"',
      'b.yaml:4:3 (second.name) missing key "name": expected a string',
      'b.yaml:4:9 (second.port) expected a number, found "x"',
      'b.yaml:5:3 (second.nmae) unknown key "nmae", did you mean "name"?',
    ]);
  });

  it("are looked at no further while one has a syntax error; those of all are told", () => {
    expect(
      complaints(read({ "a.toml": "x = [", "b.json": "{", "c.toml": "x = 1\ny = 1", "d.toml": "x = 2" })),
    ).toEqual([expect.stringMatching(/^a\.toml:1:\d+ /), expect.stringMatching(/^b\.json:1:\d+ /)]);
  });

  it("must each be a table", () => {
    expect(complaints(read({ "a.toml": "x = 1", "b.json": "[1]", "c.yaml": "word" }))).toEqual([
      "b.json:1:1 () expected a table, as in each of several files, found an array",
      'c.yaml:1:1 () expected a table, as in each of several files, found "word"',
    ]);
  });

  it("have references that start from the folder of each", () => {
    const files = { "/no/one/a.toml": "x = '${file:s}'", "/no/two/b.toml": "\ny = 'a${file:s}'" };
    expect(complaints(read(files, { references: true }))).toEqual([
      '/no/one/a.toml:1:6 (x) ${file:s}: cannot read the file "/no/one/s": it does not exist',
      '/no/two/b.toml:2:7 (y) ${file:s}: cannot read the file "/no/two/s": it does not exist',
    ]);
  });

  it("are not larger together than one may be", () => {
    const files = { "a.toml": "x = 1", "b.toml": "y = 1" };
    expect(read(files, { maxBytes: 10 }).type).toBe("valid");
    expect(complaints(read(files, { maxBytes: 9 }))).toEqual([
      "b.toml:1:1 () expected at most 9 bytes in all files, found 10",
    ]);
  });
});
