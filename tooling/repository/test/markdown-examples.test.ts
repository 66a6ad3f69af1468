import { expect, it } from "vitest";
import { compileExamples } from "../src/examples/compile-examples.ts";
import { examplesOf, findReadmeExample } from "../src/examples/markdown-examples.ts";

const page = (text: string) => examplesOf(text, "docs/page.md");

it("only takes the first TypeScript block of a README, and only when it is marked as a program", () => {
  expect(findReadmeExample("text\n```ts run\nrun();\n```\n```ts\nother\n```\n")).toBe("run();\n");
  expect(findReadmeExample("```ts\nother\n```\n```ts run\nrun();\n```\n")).toBeUndefined();
  expect(findReadmeExample("no block")).toBeUndefined();
});

it("knows where a block is, what comes before it, which file it shows, and why it is not tried", () => {
  const text = [
    "<!-- example begins with:",
    "const a = 1;",
    "-->",
    "```ts",
    "a;",
    "```",
    "<!-- example not tried: it needs root -->",
    "",
    "```sh",
    "reboot",
    "```",
    "```ts file=src/main.ts",
    "```",
  ].join("\n");
  expect(page(text)).toMatchObject([
    { line: 4, language: "ts", beginning: "const a = 1;\n", text: "a;\n" },
    { line: 9, language: "sh", beginning: "", reason: "it needs root" },
    { line: 12, shownFile: "src/main.ts", text: "" },
  ]);
});

it("says on which line of the page an example does not compile", () => {
  const [example] = page(
    "# Title\n\n<!-- example begins with:\nconst text = '';\n-->\n```ts\ntext;\nconst n: number = text;\n```\n",
  );
  expect(example).toBeDefined();
  const problems = compileExamples([example as NonNullable<typeof example>]);
  expect([...problems.values()]).toEqual([["line 8: Type 'string' is not assignable to type 'number'."]]);
});
