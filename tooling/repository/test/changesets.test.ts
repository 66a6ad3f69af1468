import { temporaryFolder } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { checkChangesets } from "../src/changesets.ts";

const packages = {
  "packages/http/package.json": { name: "@monolake/http", version: "0.1.0" },
  "packages/core/package.json": { name: "@monolake/core", version: "1.2.0" },
  "apps/secret/package.json": { name: "secret", version: "0.1.0", private: true },
  "apps/create-monolake/package.json": {
    name: "create-monolake",
    version: "0.1.0",
    devDependencies: { "@monolake/http": "workspace:^", "@monolake/core": "workspace:^" },
  },
};

async function problemsOf(...changesets: readonly string[]): Promise<readonly string[]> {
  await using folder = await temporaryFolder();
  for (const [file, manifest] of Object.entries(packages)) await folder.write(file, JSON.stringify(manifest));
  await folder.write(".changeset/README.md", "no changeset");
  for (const [index, text] of changesets.entries()) await folder.write(`.changeset/${index}.md`, text);
  return checkChangesets(folder.path).problems;
}

it("passes changesets that can be read", async () => {
  expect(await problemsOf()).toEqual([]);
  const first = '---\n"@monolake/http": minor\n"create-monolake": patch\n---\n\nNew.\n';
  expect(await problemsOf(first, '---\n\n"@monolake/core": patch\n---\nNew.\n')).toEqual([]);
});

it("says what is wrong with the others", async () => {
  // As a formatter of Markdown leaves it, that takes the second line for an underline.
  expect(await problemsOf('---\n\n## "@monolake/http": patch\n\nNew.\n')).toEqual([
    ".changeset/0.md: expected packages between two lines ---",
  ]);
  expect(await problemsOf('---\n"@monolake/http": huge\n---\nNew.\n')).toEqual([
    '.changeset/0.md: expected a line such as "@monolake/http": minor, found "@monolake/http": huge',
  ]);
  expect(await problemsOf('---\n"@monolake/htp": patch\n"secret": patch\n---\n')).toEqual([
    ".changeset/0.md: says nothing for the CHANGELOG",
    ".changeset/0.md: @monolake/htp is no package that is published",
    ".changeset/0.md: secret is no package that is published",
  ]);
});

it("does not let new projects begin with versions that the next release leaves behind", async () => {
  const bump = (name: string, level: string) => `---\n"${name}": ${level}\n---\nNew.\n`;
  expect(await problemsOf(bump("@monolake/http", "minor"))).toEqual([
    '.changeset/0.md: new projects would get @monolake/http ^0.1.0: add "create-monolake": patch',
  ]);
  expect(await problemsOf(bump("@monolake/core", "minor"), bump("@monolake/http", "patch"))).toEqual([]);
  expect(await problemsOf(bump("@monolake/core", "major"), bump("create-monolake", "patch"))).toEqual([]);
});
