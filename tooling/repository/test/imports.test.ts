import { expect, it } from "vitest";
import { importsOf } from "../src/imports.ts";

it("finds every import of a module, and whether it is left at run time", () => {
  const source = `import a from "a";
import type { B } from "b";
export { c } from "c";
export type { D } from "d";
import "e";
type F = import("f").F;
const g = await import("g");
// import "not-in-comments";
const text = 'import "not-in-text"';
`;
  expect(importsOf(source).map(({ specifier, line, typeOnly }) => [specifier, line, typeOnly])).toEqual([
    ["a", 1, false],
    ["b", 2, true],
    ["c", 3, false],
    ["d", 4, true],
    ["e", 5, false],
    ["f", 6, true],
    ["g", 7, false],
  ]);
});
