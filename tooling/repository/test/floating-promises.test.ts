import { join } from "node:path";
import { temporaryFolder } from "@monolake/test-kit";
import ts from "typescript";
import { expect, it } from "vitest";
import { compilerOptions, floatingPromises } from "../src/floating-promises.ts";
import { repositoryFolder } from "../src/workspace.ts";

const linesOf = async (source: string): Promise<string[]> => {
  await using folder = await temporaryFolder();
  const file = await folder.write("program.ts", source);
  const typeRoots = [join(repositoryFolder, "node_modules/@types")];
  const program = ts.createProgram([file], { ...compilerOptions(), typeRoots });
  return floatingPromises(program, (name) => name === file, folder.path).map(
    (found) => found.split(": ")[0] ?? "",
  );
};

it("finds promises that nobody waits for, whoever declared them", async () => {
  const lines = await linesOf(`import { setTimeout as wait } from "node:timers/promises";
declare const load: () => Promise<number>;
load();
wait(1);
load().then(() => {});
load().finally(() => {});
Math.random() > 1 && load();
Math.random() > 1 ? load() : undefined;
async () => { load(); };
declare const maybe: { close?: () => void | Promise<void> };
maybe.close?.();
`);
  expect(lines).toEqual([3, 4, 5, 6, 7, 8, 9, 11].map((line) => `program.ts:${line}`));
});

it("leaves promises alone that are awaited, kept, handled or marked", async () => {
  const lines = await linesOf(`declare const load: () => Promise<number>;
await load();
void load();
let kept = load();
kept = load();
load().catch(() => {});
load().then(() => {}, () => {});
load().catch(() => {}).finally(() => {});
export const passed = () => load();
console.log(kept);
`);
  expect(lines).toEqual([]);
});
