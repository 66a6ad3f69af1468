import { fileURLToPath } from "node:url";
import { startProgram } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { pieceEnd } from "../../../src/http/access-log/standard-output.ts";
import { expectAllLines } from "./appended-lines.ts";

const pieces = (text: string): number[] => {
  const bytes = Buffer.from(text);
  const lengths: number[] = [];
  for (let at = 0; at < bytes.length; at = pieceEnd(bytes, at)) lengths.push(pieceEnd(bytes, at) - at);
  return lengths;
};

it("writes pieces of whole lines that a pipe takes at once", () => {
  expect(pieces("a\n")).toEqual([2]);
  expect(pieces(`${"a".repeat(999)}\n`.repeat(10))).toEqual([4000, 4000, 2000]);
  expect(pieces(`${"a".repeat(4095)}\n`.repeat(2))).toEqual([4096, 4096]);
});

it("writes a line alone that is longer than that", () => {
  expect(pieces(`a\n${"b".repeat(5000)}\nc\n`)).toEqual([2, 5001, 2]);
});

it("takes whole lines from several worker threads at once", async () => {
  const script = fileURLToPath(new URL("./print-lines.ts", import.meta.url));
  await using program = await startProgram(process.execPath, ["--conditions=@monolake/source", script]);
  expect(await program.exited).toEqual({ code: 0, signal: null });
  expectAllLines(program.stdout);
});
