import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseConfig } from "@monolake/config";
import { startProgram, temporaryFolder } from "@monolake/test-kit";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it, vi } from "vitest";
import { getLanguageService, TextDocument } from "vscode-json-languageservice";
import { getLanguageService as getYamlService } from "yaml-language-server";
import { z } from "zod";
import { parseProxyConfig } from "../../src/schema/index.ts";
import { monolake } from "../run/cli.ts";
import { fullest } from "./fullest-config.ts";

const schemaFile = new URL("../../config.schema.json", import.meta.url);
const schema = JSON.parse(readFileSync(schemaFile, "utf8")) as object;
const example = (name: string) => readFileSync(new URL(`../../examples/${name}`, import.meta.url), "utf8");

/** A configuration text as the plain data that it says, whatever its format. */
function dataOf(text: string): unknown {
  const outcome = parseConfig({ text, schema: z.record(z.string(), z.unknown()) });
  if (outcome.type === "invalid") expect.unreachable(outcome.problems[0]?.message);
  return JSON.parse(JSON.stringify(outcome.value));
}

/** Copies of a configuration, each with a reference in place of one value. */
function withReferences(data: unknown): { data: unknown; path: string; value: unknown }[] {
  const copies: { data: unknown; path: string; value: unknown }[] = [];
  const visit = (node: object, path: readonly string[]) => {
    for (const [key, value] of Object.entries(node)) {
      if (typeof value === "object") visit(value as object, [...path, key]);
      else {
        const copy = structuredClone(data);
        const table = path.reduce((part, step) => part[step] as Table, copy as Table);
        table[key] = "${env:VALUE}";
        copies.push({ data: copy, path: [...path, key].join("/"), value });
      }
    }
  };
  visit(data as object, []);
  return copies;
}

interface Table {
  [key: string]: unknown;
}

it("is what `monolake schema` prints", async () => {
  await using command = await monolake(["schema"]);
  expect((await command.exited).code).toBe(0);
  expect(JSON.parse(command.stdout)).toEqual(schema);
});

describe("a JSON Schema validator", () => {
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
  const base = dataOf(example("quick-start.toml")) as { servers: { quick_start: object } };
  const withServer = (more: object) => ({
    ...base,
    servers: { web: { ...base.servers.quick_start, ...more } },
  });

  it.each(["quick-start.toml", "original/config.toml", "original/thrift.toml"])("accepts %s", (name) => {
    validate(dataOf(example(name)));
    expect(validate.errors).toBeNull();
  });

  it.each([
    ["references in place of numbers and words", { debug: "${env:DEBUG}", parsing: "${env:P:-strict}" }],
    [
      "places in one word",
      {
        listener: "127.0.0.1:1",
        routes: [{ path: "/", upstreams: ["http://a", { endpoint: "b:1", weight: 2 }] }],
      },
    ],
    ["the other name of a key", { http_timeout: { server_keepalive_timeout_sec: 5 } }],
  ])("accepts %s", (_what, more) => {
    validate(withServer(more));
    expect(validate.errors).toBeNull();
  });

  it.each([
    ["no server", {}],
    ["only [runtime]", { runtime: { worker_threads: 2 } }],
    ["only a name for editors", { $schema: "./config.schema.json" }],
  ])("accepts a file of a folder that has %s", (_what, data) => {
    validate(data);
    expect(validate.errors).toBeNull();
  });

  it("accepts a reference for every value where the proxy takes one", () => {
    const accepted = withReferences(dataOf(fullest)).filter(({ data, value }) => {
      vi.stubEnv("VALUE", String(value));
      return parseProxyConfig({ text: JSON.stringify(data), file: "x.json" }).type === "valid";
    });
    vi.unstubAllEnvs();
    const places = accepted.map(({ path }) => path);
    expect(places).toEqual(expect.arrayContaining(["servers/web/proxy_type", "servers/web/listener/type"]));
    expect(accepted.filter(({ data }) => !validate(data)).map(({ path }) => path)).toEqual([]);
  });

  it.each([
    ["an unknown key", { nmae: "x" }],
    ["a wrong word", { parsing: "lenient" }],
    ["a wrong type", { debug: "yes" }],
    ["a number out of range", { limits: { max_header_count: 0 } }],
    ["a time that no timer can wait", { timeout: { request_timeout_sec: 0 } }],
    ["a server without a type", { proxy_type: undefined }],
    ["a listener that is a number", { listener: 8080 }],
    ["an upstream without an endpoint", { routes: [{ path: "/", upstreams: [{}] }] }],
  ])("refuses %s", (_what, more) => {
    expect(validate(JSON.parse(JSON.stringify(withServer(more))))).toBe(false);
  });
});

describe("an editor", () => {
  const uri = schemaFile.href;

  /** What the language service for JSON offers where the text has a |. */
  async function offeredInJson(marked: string): Promise<string[]> {
    const service = getLanguageService({});
    service.configure({ schemas: [{ uri, schema: structuredClone(schema), fileMatch: ["*.json"] }] });
    const document = TextDocument.create("file:///x.json", "json", 1, marked.replace("|", ""));
    const position = document.positionAt(marked.indexOf("|"));
    const list = await service.doComplete(document, position, service.parseJSONDocument(document));
    return list?.items.map(({ label }) => label) ?? [];
  }

  /** The same for YAML. The service writes into the schema that it gets, and remembers documents by their names. */
  async function offeredInYaml(marked: string): Promise<string[]> {
    const telemetry = { send: () => {}, sendError: () => {}, sendTrack: () => {} };
    const service = getYamlService({
      schemaRequestService: async () => JSON.stringify(schema),
      workspaceContext: { resolveRelativePath: (path: string) => path },
      telemetry,
    } as unknown as Parameters<typeof getYamlService>[0]);
    service.configure({
      completion: true,
      validate: true,
      schemas: [{ uri, schema: structuredClone(schema), fileMatch: ["*.yaml"] }],
    });
    const text = marked.replace("|", "");
    const before = marked.slice(0, marked.indexOf("|")).split("\n");
    const document = TextDocument.create(`file:///${marked.length}.yaml`, "yaml", 1, text);
    const position = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
    const list = await service.doComplete(document as never, position, false);
    return list.items.map(({ label }) => label);
  }

  it("offers the keys of a table in JSON, and the words of a key", async () => {
    expect(await offeredInJson('{ "runtime": { "|" } }')).toContain("worker_threads");
    expect(await offeredInJson('{ "runtime": { "worker_type": | } }')).toEqual(
      expect.arrayContaining(['"threads"', '"processes"']),
    );
    const server = '{ "servers": { "web": { "proxy_type": "tcp", "|" } } }';
    expect(await offeredInJson(server)).toEqual(expect.arrayContaining(["upstreams", "listener"]));
    expect(await offeredInJson(server)).not.toContain("access_log");
  });

  it("offers the keys of a table in YAML, and the words of a key", async () => {
    expect(await offeredInYaml("runtime:\n  |")).toContain("worker_threads");
    expect(await offeredInYaml("runtime:\n  worker_type: |\n")).toEqual(
      expect.arrayContaining(["threads", "processes"]),
    );
    expect(await offeredInYaml("servers:\n  web:\n    proxy_type: http\n    |")).toContain("access_log");
  });

  const lint = async (text: string) => {
    await using folder = await temporaryFolder();
    const file = await folder.write("x.toml", text);
    const taplo = fileURLToPath(new URL("../../node_modules/.bin/taplo", import.meta.url));
    await using program = await startProgram(taplo, ["lint", file], { cwd: folder.path });
    const { code } = await program.exited;
    return { code, output: program.stdout + program.stderr };
  };
  const header = `#:schema ${schemaFile.href}\n`;

  // A WebAssembly program of its own, and a large one.
  it("checks TOML by the header that names the schema", { timeout: 90_000 }, async () => {
    const good = header + example("quick-start.toml").replace(/^#:schema.*\n/, "");
    expect(await lint(good)).toMatchObject({ code: 0 });
    expect(await lint(good.replace("listener", "listner"))).toMatchObject({
      code: 1,
      output: expect.stringContaining("listner"),
    });
  });
});
