import { formatPath } from "@monolake/config";
import { describe, expect, it } from "vitest";
import { changedKeys } from "../../src/diff/changed-keys.ts";
import { describeChange } from "../../src/diff/describe-change.ts";

const conceal = { before: (text: string) => text, after: (text: string) => text };

/** The changes between two values, as `diff` prints them. */
const linesOf = (before: unknown, after: unknown): string[] =>
  changedKeys(before, after).map((change) => describeChange(change, conceal));

const route = (path: string, more: object = {}) => ({ path, ...more });

describe("keys that differ", () => {
  it("are named as deep as they differ, in the order of the old value", () => {
    expect(
      linesOf(
        { same: 1, gone: "x", deep: { same: [1], number: 1 }, list: ["a", "b"] },
        { same: 1, deep: { same: [1], number: 2 }, list: ["a"], fresh: true },
      ),
    ).toEqual([
      'gone: removed, "x"',
      "deep.number: 1 -> 2",
      'list: ["a","b"] -> ["a"]',
      "fresh: added, true",
    ]);
    expect(linesOf({ handler: true }, { handler: { encode: ["br"] } })).toEqual([
      'handler: true -> {"encode":["br"]}',
    ]);
    expect(linesOf({ tls: undefined }, { tls: { chain: "a.crt", key: "a.key" } })).toEqual([
      'tls: added, "a.crt"',
    ]);
  });

  it("of a list are those of entries that are the same one by what they are called, wherever they stand", () => {
    const before = [route("/a"), route("/b", { weight: 1 }), route("/c")];
    expect(linesOf({ r: before }, { r: [route("/new"), ...before] })).toEqual(['r[0]: added, "/new"']);
    expect(linesOf({ r: before }, { r: before.slice(1) })).toEqual(['r[0]: removed, "/a"']);
    expect(linesOf({ r: before }, { r: [route("/new"), route("/b", { weight: 2 })] })).toEqual([
      "r[1].weight: 1 -> 2",
      'r[0]: removed, "/a"',
      'r[2]: removed, "/c"',
      'r[0]: added, "/new"',
    ]);
    expect(linesOf({ r: before }, { r: before.toReversed() })).toEqual(["r: in another order"]);
  });

  it("of entries without a name, or with another one, are those of the entries in their order", () => {
    const upstream = (value: string) => ({ endpoint: { value } });
    expect(linesOf([upstream("a"), upstream("b")], [upstream("c"), upstream("d")])).toEqual([
      '[0].endpoint.value: "a" -> "c"',
      '[1].endpoint.value: "b" -> "d"',
    ]);
    expect(linesOf([{ x: 1 }], [{ x: 1 }, { x: 2 }])).toEqual(["[1]: added"]);
  });

  it("show no secrets that are written there, wherever they are", () => {
    const secret = (value: string) => ({
      client_secret: value,
      session_secrets: [value],
      set: { Authorization: value, "X-Api-Key": value, Cookie: value, "X-Auth-Token": value },
      whole: value === "new" ? { password: value } : 1,
    });
    const lines = linesOf(secret("old"), secret("new"));
    expect(lines).toHaveLength(7);
    expect(lines.filter((line) => /old|new/.test(line.replace(/^[^:]*: /, "")))).toEqual([]);
    expect(lines.at(-1)).toBe('whole: 1 -> {"password":"***"}');
    expect(linesOf({}, { client_secret: "new" })).toEqual(["client_secret: added, ***"]);
    expect(linesOf({ cookie_name: "a" }, { cookie_name: "b" })).toEqual(['cookie_name: "a" -> "b"']);
  });

  it("are cut where they are long", () => {
    const [line = ""] = linesOf({ body: "" }, { body: "x".repeat(1000) });
    expect(line.length).toBeLessThan(120);
  });

  it("lead from the old value to the new one, whatever the values are", () => {
    const routes = (paths: string) => [...paths].map((path, index) => route(path, { weight: index % 2 }));
    for (const [before, after] of [
      ["abc", "cba"],
      ["aab", "ab"],
      ["abcd", "xbyd"],
      ["", "ab"],
      ["ab", ""],
    ] as const) {
      const changes = changedKeys(routes(before), routes(after));
      const count = (type: string) =>
        changes.filter((change) => change.type === type && /^\[\d+\]$/.test(formatPath(change.path))).length;
      expect(before.length - count("removed") + count("added")).toBe(after.length);
      expect(changes.length).toBeGreaterThan(0);
    }
  });
});
