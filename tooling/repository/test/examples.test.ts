import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { compileExamples, folderOf } from "../src/examples/compile-examples.ts";
import { allExamples, type Example } from "../src/examples/markdown-examples.ts";
import { checkConfiguration, runExampleFromSources, runShell } from "../src/examples/run-examples.ts";
import { repositoryFolder } from "../src/workspace.ts";

const examples = allExamples();
const isTried = ({ shownFile, reason }: Example) => shownFile === undefined && reason === undefined;
const tried = (...languages: string[]) =>
  examples.filter((example) => languages.includes(example.language) && isTried(example));
const titled = (list: readonly Example[]) =>
  list.map((example) => ({ title: `${example.page}:${example.line}`, example }));

/** Languages of blocks that only show something. */
const shownOnly = ["", "text", "mermaid", "http", "nginx", "ini", "diff", "thrift"];

it("every block that could be tried is tried, or says why not", () => {
  const languages = ["ts", "js", "sh", "toml", "yaml", "json", ...shownOnly];
  expect(examples.filter(({ language }) => !languages.includes(language))).toEqual([]);
  expect(examples.filter(({ reason }) => reason === "")).toEqual([]);
  expect(tried("js")).toEqual([]);
  expect(tried("sh").filter(({ isRun }) => !isRun)).toEqual([]);
});

describe("TypeScript compiles", () => {
  let problems: ReturnType<typeof compileExamples>;
  beforeAll(() => {
    problems = compileExamples(tried("ts"));
  }, 120_000);
  it.each(titled(tried("ts")))("$title", ({ example }) => {
    expect(problems.get(example)).toEqual([]);
  });
});

describe("a program runs", () => {
  it.each(titled(tried("ts").filter(({ isRun }) => isRun)))("$title", async ({ example }) => {
    const { exitCode, output } = await runExampleFromSources(
      folderOf(example),
      example.beginning + example.text,
    );
    expect(exitCode, output).toBe(0);
  });
});

describe("a block shows a file as it is", () => {
  const shown = examples.filter(({ shownFile }) => shownFile !== undefined);
  it.each(titled(shown))("$title", ({ example: { text, shownFile } }) => {
    expect(text).toBe(readFileSync(join(repositoryFolder, shownFile as string), "utf8"));
  });
});

describe("the proxy takes a configuration", () => {
  it.each(titled(tried("toml", "yaml", "json")))("$title", async ({ example }) => {
    const { exitCode, output } = await checkConfiguration(example.beginning + example.text, example.language);
    expect(exitCode, output).toBe(0);
  });
});

describe("shell commands run", () => {
  it.each(titled(tried("sh").filter(({ isRun }) => isRun)))(
    "$title",
    async ({ example }) => {
      const { exitCode, output } = await runShell(example.beginning + example.text);
      expect(exitCode, output).toBe(0);
    },
    90_000,
  );
});
