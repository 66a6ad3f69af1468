import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const source = new URL("../src/", import.meta.url);
const guide = readFileSync(new URL("../../../docs/guide/build-a-gateway.md", import.meta.url), "utf8");
const files = readdirSync(source);

// That it shows them as they are is a test of the repository: every block that names a file is compared with it.
it.each(["gateway.toml", ...files.map((file) => `src/${file}`)])("the guide shows %s", (file) => {
  expect(guide).toContain(` file=apps/key-gateway/${file}\n`);
});

it("the gateway has fewer than 150 lines", () => {
  const lines = files.map((file) => readFileSync(new URL(file, source), "utf8").split("\n").length - 1);
  expect(lines.reduce((sum, count) => sum + count, 0)).toBeLessThan(150);
});
