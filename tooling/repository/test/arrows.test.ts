import { type TemporaryFolder, temporaryFolder } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { allowedFor, checkArrows } from "../src/arrows.ts";

/** Writes a repository of these packages; their sources by path. */
async function repository(files: Readonly<Record<string, string | object>>): Promise<TemporaryFolder> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    await folder.write(name, typeof content === "string" ? content : JSON.stringify(content));
  }
  return folder;
}

const errors = { "packages/errors/package.json": { name: "@monolake/errors" } };

it("lets a package import everything below it, through any number of layers", () => {
  expect(allowedFor("@monolake/http-client").has("@monolake/errors")).toBe(true);
  expect(allowedFor("@monolake/http").has("@monolake/transports")).toBe(false);
  expect(allowedFor("@monolake/core").has("@monolake/streams")).toBe(false);
});

it("accepts arrows that point down", async () => {
  await using folder = await repository({
    ...errors,
    "packages/streams/package.json": {
      name: "@monolake/streams",
      dependencies: { "@monolake/errors": "workspace:^" },
    },
    "packages/streams/src/index.ts": 'import "@monolake/errors"; import "./other.ts"; import "node:net";',
    "apps/proxy/package.json": { name: "proxy", dependencies: { "@monolake/streams": "workspace:^" } },
    "apps/proxy/src/main.ts": 'import "@monolake/streams";',
  });
  expect(checkArrows(folder.path).problems).toEqual([]);
});

it("refuses an upward dependency, also of tests, and an upward import, also of types", async () => {
  await using folder = await repository({
    "packages/errors/package.json": {
      name: "@monolake/errors",
      dependencies: { "@monolake/streams": "workspace:^" },
    },
    "packages/errors/src/index.ts": 'import type { A } from "@monolake/streams";',
    "packages/http/package.json": {
      name: "@monolake/http",
      devDependencies: { "@monolake/transports": "workspace:*" },
    },
    "packages/streams/package.json": { name: "@monolake/streams" },
    "packages/transports/package.json": { name: "@monolake/transports" },
  });
  expect(checkArrows(folder.path).problems).toEqual([
    "packages/errors/package.json: @monolake/errors may not depend on @monolake/streams",
    expect.stringMatching(
      /^packages\/errors\/src\/index\.ts:1: @monolake\/errors may not import @monolake\/streams /,
    ),
    "packages/http/package.json: @monolake/http may not depend on @monolake/transports, not even in tests",
  ]);
});

it("keeps tooling, tests and other packages' folders out of sources", async () => {
  await using folder = await repository({
    ...errors,
    "tooling/kit/package.json": { name: "@monolake/kit" },
    "packages/errors/src/index.ts": `import "@monolake/kit";
import "../test/fixture.ts";
import "../../streams/src/index.ts";`,
    "packages/errors/test/some.test.ts": 'import "@monolake/kit"; import "../src/index.ts";',
  });
  expect(checkArrows(folder.path).problems).toEqual([
    "packages/errors/src/index.ts:1: @monolake/kit is tooling, which sources never import",
    "packages/errors/src/index.ts:2: ../test/fixture.ts is outside of src",
    "packages/errors/src/index.ts:3: ../../streams/src/index.ts leaves the package: import it by its name",
  ]);
});

it("wants what sources import among the dependencies, and a line in the table for every package", async () => {
  await using folder = await repository({
    ...errors,
    "packages/streams/package.json": {
      name: "@monolake/streams",
      devDependencies: { "@monolake/errors": "workspace:*" },
    },
    "packages/streams/src/index.ts": 'export { MonolakeError } from "@monolake/errors";',
    "packages/new/package.json": { name: "@monolake/new" },
  });
  expect(checkArrows(folder.path).problems).toEqual([
    "@monolake/new has no line in directlyBelow of tooling/repository/src/arrows.ts",
    "packages/streams/src/index.ts:1: @monolake/errors is not in the dependencies of @monolake/streams",
  ]);
});
