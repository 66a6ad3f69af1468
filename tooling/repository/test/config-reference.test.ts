import { expect, it } from "vitest";
import { configurationPage } from "../src/config-doc.ts";
import { rowsOf, type SchemaNode } from "../src/config-reference.ts";

type Properties = Readonly<Record<string, SchemaNode>>;

const table = (properties: Properties, required: readonly string[] = []): SchemaNode => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});

it("lists every key with its type, default, unit and meaning, those of tables and lists behind theirs", () => {
  const schema = table(
    {
      wait_sec: { type: "number", exclusiveMinimum: 0, maximum: 9, default: 3, description: "How long" },
      mode: { type: "string", enum: ["a", "b"], default: "a" },
      routes: { type: "array", items: table({ path: { type: "string" } }, ["path"]) },
      headers: { type: "object", additionalProperties: { type: "string" } },
      limits: { ...table({ max_bytes: { type: "integer", minimum: 1 } }), default: {} },
    },
    ["routes"],
  );
  const rows = rowsOf(schema).map(({ key, type, fallback, unit, meaning }) =>
    [key, type, fallback, unit, meaning].join(" | "),
  );
  expect(rows).toEqual([
    "wait_sec | number, above 0, at most 9 | `3` | seconds | How long",
    'mode | `"a"`, `"b"` | `"a"` |  | ',
    "routes | list of tables | required |  | ",
    "routes[].path | string | required |  | ",
    "headers | table of strings by name |  |  | ",
    "limits | table | see its keys |  | ",
    "limits.max_bytes | integer, at least 1 |  | bytes | ",
  ]);
});

it("lists a key of several variants once where it is the same, with all words that it may have", () => {
  const variant = (type: string, more: Properties) =>
    table({
      type: { const: type, description: "Kind" },
      size: { type: "integer", description: "Size" },
      ...more,
    });
  const rows = rowsOf({ oneOf: [variant("x", { only_x: { type: "string" } }), variant("y", {})] });
  expect(rows.map(({ key, type }) => `${key} ${type}`)).toEqual([
    'type `"x"`, `"y"`',
    "size integer",
    "only_x string",
  ]);
});

it("puts what all servers have in a section of its own", () => {
  const server = (kind: string, more: Properties) =>
    table({ proxy_type: { const: kind }, name: { type: "string", description: "Its name" }, ...more });
  const page = configurationPage(
    table({
      servers: {
        type: "object",
        additionalProperties: { oneOf: [server("http", { routes: { type: "string" } }), server("tcp", {})] },
      },
    }),
  );
  expect(page.match(/\| `name` /g)).toHaveLength(1);
  expect(page).toMatch(
    /## Every server[^#]*\| `name` \| string \|[^#]*\| `proxy_type` \| `"http"`, `"tcp"` \| required/,
  );
  expect(page).toMatch(/## Servers with proxy_type = "http"[^#]*\| `routes` /);
});
