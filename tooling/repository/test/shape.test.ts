import { temporaryFolder } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { checkShape } from "../src/shape.ts";

const goodManifest = {
  name: "@monolake/good",
  type: "module",
  license: "Apache-2.0",
  engines: { node: ">=22.15" },
  files: ["dist", "src", "CHANGELOG.md"],
  exports: {
    ".": {
      "@monolake/source": "./src/index.ts",
      types: "./dist/index.d.ts",
      default: "./dist/index.js",
    },
    "./package.json": "./package.json",
  },
  scripts: {
    build: "tsup",
    test: "vitest run",
    types: "tsc",
    "lint:package": "publint --strict && attw --pack --profile esm-only",
  },
  dependencies: { "@monolake/errors": "workspace:^" },
};

const goodFiles = {
  "README.md": "# @monolake/good\n\n```ts run\n1;\n```\n",
  "CHANGELOG.md": "# @monolake/good\n",
  LICENSE: "the licence",
  "tsup.config.js": "",
  "vitest.config.js": "",
  "src/index.ts": "export {};\n",
  "test/good.test.ts": "",
};

async function problemsOf(
  manifest: object,
  files: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  await using folder = await temporaryFolder();
  await folder.write("package.json", "{}");
  await folder.write("LICENSE", "the licence");
  await folder.write("packages/good/package.json", JSON.stringify(manifest));
  for (const [name, content] of Object.entries(files)) await folder.write(`packages/good/${name}`, content);
  const { problems, warnings } = checkShape(folder.path);
  return [...problems, ...(warnings ?? []).map((warning) => `warning: ${warning}`)];
}

it("accepts a package that is laid out like the others", async () => {
  expect(await problemsOf(goodManifest, goodFiles)).toEqual([]);
});

it("names every file that is missing", async () => {
  expect(await problemsOf(goodManifest, {})).toEqual([
    'packages/good/package.json: exports["."] names ./src/index.ts, which does not exist',
    "packages/good/README.md is missing",
    'packages/good/CHANGELOG.md should start with "# @monolake/good"',
    "packages/good/LICENSE should be the one of the repository",
    "packages/good/tsup.config.js is missing",
    "packages/good/vitest.config.js is missing",
    "packages/good/test has no *.test.ts",
  ]);
});

it("compares package.json with what all packages have", async () => {
  const manifest = {
    ...goodManifest,
    scripts: { ...goodManifest.scripts, test: "jest", postinstall: "node x.js" },
    files: ["dist"],
    exports: { ".": { types: "./dist/index.d.ts", "@monolake/source": "./src/index.ts" } },
  };
  expect(await problemsOf(manifest, goodFiles)).toEqual([
    'packages/good/package.json: files should contain "src"',
    'packages/good/package.json: files should contain "CHANGELOG.md"',
    'packages/good/package.json: scripts["test"] should be "vitest run"',
    'packages/good/package.json: scripts["postinstall"] is not one that packages have',
    expect.stringContaining('exports["."] should be {"@monolake/source":"./src/index.ts"'),
  ]);
});

it("wants exact versions and the licence of what is bundled", async () => {
  const manifest = { ...goodManifest, devDependencies: { "llhttp-wasm": "^1.0.3" } };
  expect(await problemsOf(manifest, goodFiles)).toEqual([
    "packages/good/package.json: llhttp-wasm is ^1.0.3: pin an exact version (pnpm add --save-exact)",
    "packages/good/THIRD-PARTY-LICENSES is missing: the build bundles llhttp-wasm",
    'packages/good/package.json: files should contain "THIRD-PARTY-LICENSES"',
  ]);
});

it("limits the length of files and refuses names that say nothing", async () => {
  const files = {
    ...goodFiles,
    "src/long.ts": "\n".repeat(301),
    "src/longer.ts": "\n".repeat(501),
    "src/utils.ts": "",
  };
  expect(await problemsOf(goodManifest, files)).toEqual([
    "packages/good/src/longer.ts: 501 lines, more than 500: split it by what it does",
    "packages/good/src/utils.ts: name the file by what it holds",
    "warning: packages/good/src/long.ts: 301 lines, more than 300",
  ]);
});

it("names files on top that do not belong there", async () => {
  await using folder = await temporaryFolder();
  for (const name of ["package.json", "README.md", ".editorconfig", "turbo.json", "debug.log"])
    await folder.write(name, "{}");
  await folder.write("jitted-1.so", "");
  expect(checkShape(folder.path).problems).toEqual([
    "jitted-1.so: not a file that belongs on top: move it to a folder, or delete it",
  ]);
});
