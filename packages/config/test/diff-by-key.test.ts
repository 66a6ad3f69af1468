import { diffByKey } from "@monolake/config";
import { expect, it } from "vitest";

it("tells what was added, removed, changed and left as it was", () => {
  const previous = { a: { port: 1 }, b: { port: 2, hosts: ["x"] }, c: { port: 3 } };
  const next = { d: { port: 4 }, b: { hosts: ["x"], port: 2 }, a: { port: 9 } };
  expect(diffByKey<string, object>(Object.entries(previous), Object.entries(next))).toEqual({
    added: [{ key: "d", next: { port: 4 } }],
    removed: [{ key: "c", previous: { port: 3 } }],
    changed: [{ key: "a", previous: { port: 1 }, next: { port: 9 } }],
    unchanged: [{ key: "b", next: { hosts: ["x"], port: 2 } }],
  });
});

it("takes maps, and tells an undefined value from none", () => {
  const diff = diffByKey(
    new Map([["a", undefined]]),
    new Map([
      ["a", undefined],
      ["b", undefined],
    ]),
  );
  expect(diff.unchanged).toEqual([{ key: "a", next: undefined }]);
  expect(diff.added).toEqual([{ key: "b", next: undefined }]);
});
