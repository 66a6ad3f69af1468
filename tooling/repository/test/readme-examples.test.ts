import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findReadmeExample, runExampleFromSources } from "../src/readme-example.ts";
import { publishedPackages } from "../src/workspace.ts";

describe("the example in the README of", () => {
  for (const { name, folder } of publishedPackages().filter(({ kind }) => kind === "package")) {
    it(`${name} runs against the sources`, async () => {
      const example = findReadmeExample(await readFile(join(folder, "README.md"), "utf8"));
      expect(example, 'the first ts block is marked "ts run"').toBeTypeOf("string");
      const { exitCode, output } = await runExampleFromSources(folder, example as string);
      expect(exitCode, output).toBe(0);
    });
  }
});

it("only takes the first TypeScript block, and only when it is marked as a program", () => {
  expect(findReadmeExample("text\n```ts run\nrun();\n```\n```ts\nother\n```\n")).toBe("run();\n");
  expect(findReadmeExample("```ts\nother\n```\n```ts run\nrun();\n```\n")).toBeUndefined();
  expect(findReadmeExample("no block")).toBeUndefined();
});
