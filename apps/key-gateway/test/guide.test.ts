import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const guide = readFileSync(new URL("../../../docs/guide/build-a-gateway.md", import.meta.url), "utf8");
const shown = [...guide.matchAll(/^`([\w./-]+)`:\n\n```\w+\n([\s\S]*?)^```$/gm)];
const files = [
  "gateway.toml",
  "src/gateway-config.ts",
  "src/check-key.ts",
  "src/service-module.ts",
  "src/main.ts",
];

it("the guide shows every file of the gateway", () => {
  expect(shown.map(([, file]) => file)).toEqual(files);
});

it.each(files)("the guide shows %s as it is", (file) => {
  const content = readFileSync(new URL(`../${file}`, import.meta.url), "utf8");
  expect(shown.find(([, name]) => name === file)?.[2]).toBe(content);
});

it("the gateway has fewer than 150 lines", () => {
  const lines = files
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(new URL(`../${file}`, import.meta.url), "utf8").split("\n").length - 1);
  expect(lines.reduce((sum, count) => sum + count, 0)).toBeLessThan(150);
});
