import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { helpText } from "../../src/command-line.ts";
import { configFileSchema } from "../../src/schema/config-file-schema.ts";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

/** The parts of a JSON Schema that are looked at. */
interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly items?: SchemaNode;
  readonly additionalProperties?: SchemaNode | false;
  readonly default?: unknown;
}

/** Every key with its default as the README writes it; undefined where the schema has none. */
function keysOf(node: SchemaNode, path = ""): [key: string, shown: string | undefined][] {
  const own = Object.entries(node.properties ?? {}).flatMap(
    ([name, child]): [string, string | undefined][] => {
      const key = `${path}${path === "" ? "" : "."}${name}`;
      // A table that may be left out has its keys' defaults.
      if (typeof child.default === "object") return keysOf(child, key);
      const shown = node.required?.includes(name) === true ? "required" : child.default;
      return [[key, shown === undefined ? undefined : String(shown)], ...keysOf(child, key)];
    },
  );
  const variants = [...(node.anyOf ?? []), ...(node.oneOf ?? [])].flatMap((variant) => keysOf(variant, path));
  const items = node.items === undefined ? [] : keysOf(node.items, `${path}[]`);
  const { additionalProperties: values } = node;
  return [...own, ...variants, ...items, ...(values ? keysOf(values, "") : [])];
}

describe("the README", () => {
  const schema = z.toJSONSchema(configFileSchema, { io: "input", unrepresentable: "any" });
  const keys = new Map(
    keysOf(schema as SchemaNode).map(([key, shown]) => [`${key} ${shown}`, { key, shown }]),
  );

  it.each([...keys.values()])("lists $key with its default", ({ key, shown }) => {
    const rows = readme.split("\n").filter((line) => line.startsWith(`| \`${key}\` `));
    const defaults = rows.map((row) => row.split("|")[2]?.trim());
    expect(defaults).not.toEqual([]);
    if (shown !== undefined) expect(defaults).toContain(shown);
  });

  it("names every command, option and signal of the help text", () => {
    for (const [word] of helpText.matchAll(/--[a-z-]+|\bcheck\b|\bdemo\b|SIG[A-Z]+/g))
      expect(readme).toContain(word);
  });
});
