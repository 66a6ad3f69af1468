import { readFileSync } from "node:fs";
import { type JsonSchema, jsonSchemaOf } from "@monolake/config";
import { describe, expect, it } from "vitest";
import { helpText } from "../../src/command-line.ts";
import { configFileSchema } from "../../src/schema/config-file-schema.ts";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

/** The names of all keys, of all tables. */
function keysOf(node: JsonSchema): string[] {
  const { properties = {}, anyOf = [], oneOf = [], items, additionalProperties: values } = node;
  const below = [...Object.values(properties), ...anyOf, ...oneOf, ...(items === undefined ? [] : [items])];
  if (typeof values === "object") below.push(values);
  return [...Object.keys(properties), ...below.flatMap(keysOf)];
}

describe("the README", () => {
  const keys = new Set(keysOf(jsonSchemaOf(configFileSchema)));

  // Types and defaults are in docs/reference/configuration.md, which is generated.
  it.each([...keys])("names the key %s", (key) => {
    const name = key.replaceAll("$", "\\$");
    expect(readme).toMatch(new RegExp(`\\\`(?:[^\\\`\\n]*[^\\w\\\`])?${name}(?:\\W[^\\\`\\n]*)?\\\``));
  });

  it("names every command, option and signal of the help text", () => {
    for (const [word] of helpText.matchAll(/--[a-z-]+|(?<=monolake )[a-z]+|SIG[A-Z]+/g))
      expect(readme).toContain(word);
  });
});
