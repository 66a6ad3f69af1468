import { alias, deprecated, formatProblems, parseConfig } from "@monolake/config";
import { expect, it } from "vitest";
import { z } from "zod";
import { complaint, complaints, schema } from "./server-schema.ts";

const server = '[runtime]\nthreads = 1\n[servers.a]\ntype = "http"\nname = "n"\n';

it("takes a key by its other name, without a warning", () => {
  const outcome = parseConfig({ text: `${server}http_timeout = { read_sec = 2 }`, schema });
  expect(outcome).toMatchObject({
    type: "valid",
    warnings: [],
    value: { servers: { a: { timeout: { read_sec: 2 } } } },
  });
});

it("warns of a name that is deprecated, at its place", () => {
  const outcome = parseConfig({ text: `${server}limit = 3`, file: "a.toml", schema });
  if (outcome.type === "invalid") expect.unreachable();
  expect(outcome.warnings.map(complaint)).toEqual(['6:1 deprecated-key "limit" is deprecated: use "weight"']);
  expect(formatProblems(outcome.warnings)).toContain("a.toml:6:1 warning: ");
});

it("reports what is wrong below an alias where the file has it", () => {
  expect(complaints(`${server}http_timeout = { read_sec = "2", x = 1 }`)).toEqual([
    '6:29 wrong-type expected a number, found "2"',
    '6:34 unknown-key unknown key "x", expected "read_sec"',
  ]);
});

it("refuses a table with both names of one key", () => {
  expect(complaints(`${server}timeout = { read_sec = 2 }\nhttp_timeout = { read_sec = 3 }`)).toEqual([
    '7:1 duplicate-key expected "timeout" or its other name "http_timeout", found both',
  ]);
});

it("satisfies a key that is required", () => {
  const required = alias(z.strictObject({ port: z.number() }), { listen_port: "port" });
  expect(complaints("listen_port = 1", required)).toEqual([]);
  expect(complaints("x = 1", required)).toHaveLength(2);
});

it("warns of a deprecated key and keeps its value", () => {
  const old = deprecated(z.strictObject({ threads: z.number().optional() }), { threads: 'use "workers"' });
  const outcome = parseConfig({ text: "threads = 1", schema: z.strictObject({ runtime: old }).or(old) });
  expect(outcome).toMatchObject({
    value: { threads: 1 },
    warnings: [{ type: "deprecated-key", severity: "warning" }],
  });
});

it("also renames without a file", () => {
  const schema = alias(z.strictObject({ port: z.number() }), { listen_port: "port" });
  expect(schema.parse({ listen_port: 1 })).toEqual({ port: 1 });
});
