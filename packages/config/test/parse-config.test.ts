import { ConfigInvalidError, parseConfig, requireValid } from "@monolake/config";
import { expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { complaints, schema } from "./server-schema.ts";

const toml = `[runtime]
threads = 2
[servers.a]
type = "http"
name = "first"
[[servers.a.routes]]
path = "/"
[[servers.a.routes]]
path = "/b"
`;
const json = JSON.stringify({
  runtime: { threads: 2 },
  servers: { a: { type: "http", name: "first", routes: [{ path: "/" }, { path: "/b" }] } },
});

it("gives the typed value of a valid text, with the schema's defaults", () => {
  const { value, warnings } = requireValid(parseConfig({ text: toml, schema }));
  expectTypeOf(value.runtime.threads).toEqualTypeOf<number>();
  expect(value.runtime).toEqual({ threads: 2 });
  expect(value.servers["a"]).toMatchObject({ type: "http", name: "first", weight: 1 });
  expect(warnings).toEqual([]);
});

it("gives the same value for TOML and JSON", () => {
  const [fromToml, fromJson] = [toml, json].map((text) => requireValid(parseConfig({ text, schema })).value);
  expect(fromJson).toEqual(fromToml);
});

it("takes a text that begins with a brace for JSON, whatever the file is called", () => {
  expect(parseConfig({ text: ` \n${json}`, file: "proxy.toml", schema }).type).toBe("valid");
  expect(parseConfig({ text: `\uFEFF${json}`, schema }).type).toBe("valid");
});

it("takes a file that is called .json for JSON, and every other for TOML", () => {
  const message = (file: string) => {
    const outcome = parseConfig({ text: "[1]", file, schema });
    return outcome.type === "invalid" ? outcome.problems[0]?.message : undefined;
  };
  expect(message("a.JSON")).toBe("expected a table, found an array");
  expect(message("a.conf")).toBe('missing key "runtime": expected a table');
});

it("obeys a format that is given", () => {
  expect(parseConfig({ text: toml, format: "json", schema }).type).toBe("invalid");
  expect(parseConfig({ text: json, format: "toml", schema }).type).toBe("invalid");
});

it("reads a text with a byte order mark and with CRLF", () => {
  expect(parseConfig({ text: `\uFEFF${toml}`, schema }).type).toBe("valid");
  expect(complaints("\uFEFFx = 1\r\n[runtime]\r\nthreads = true\r\n")).toEqual([
    '1:1 unknown-key unknown key "x", expected "runtime" or "servers"',
    "3:11 wrong-type expected a number, found true",
  ]);
});

it("throws all problems of an invalid outcome when a valid one is required", () => {
  const outcome = parseConfig({ text: "x = 1", file: "proxy.toml", schema });
  const error = (() => {
    try {
      return requireValid(outcome);
    } catch (thrown: unknown) {
      return thrown;
    }
  })();
  expect(error).toBeInstanceOf(ConfigInvalidError);
  expect(error).toMatchObject({
    code: "ERR_CONFIG_INVALID",
    problems: [{ type: "missing-key" }, { type: "unknown-key" }],
  });
  expect((error as Error).message).toBe(
    'proxy.toml:1:1: runtime: missing key "runtime": expected a table (and 1 more)',
  );
});

it("makes problems of the application's own at a path of a valid text", () => {
  const config = requireValid(parseConfig({ text: toml, file: "proxy.toml", schema }));
  const problem = config.problemAt(["servers", "a", "routes", 1, "path"], "taken");
  expect(problem).toMatchObject({ severity: "error", message: "taken", position: { line: 9, column: 8 } });
  const notice = config.problemAt(["servers", "a", "port"], "not given", "warning");
  expect(notice).toMatchObject({ type: "notice", severity: "warning", position: { line: 3, column: 2 } });
});

it("refuses a schema of another type at compile time", () => {
  const outcome = parseConfig({ text: "", schema: z.strictObject({}) });
  if (outcome.type === "invalid") expect.unreachable();
  // @ts-expect-error the schema has no key of that name
  expect(outcome.value.runtime).toBeUndefined();
});
