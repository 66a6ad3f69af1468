import {
  ConfigInvalidError,
  ConfigReadError,
  formatFailure,
  formatPath,
  formatProblems,
  parseConfig,
  ReloadFailedError,
} from "@monolake/config";
import { expect, it } from "vitest";
import { schema } from "./server-schema.ts";

function format(text: string, color = false): string {
  const outcome = parseConfig({ text, file: "proxy.toml", schema });
  return outcome.type === "valid" ? "" : formatProblems(outcome.problems, { color });
}

it("shows each problem as a block with its line and a mark", () => {
  expect(format("[runtime]\nthreads = 1\nmode = 'fats'\n\tpause = true # tab")).toBe(`\
proxy.toml:3:8 error: expected "fast" or "slow", found "fats", did you mean "fast"? (runtime.mode)
  3 | mode = 'fats'
    |        ^^^^^^

proxy.toml:4:10 error: expected a number or "off", found true (runtime.pause)
  4 | \tpause = true # tab
    | \t        ^^^^
`);
});

it("marks only the first line of what spans several", () => {
  expect(format("[runtime]\nthreads = [\n  1,\n]")).toContain("  2 | threads = [\n    |           ^\n");
});

it("cuts a long line around the place", () => {
  const text = `{"runtime": {"threads": 1}, "servers": {${" ".repeat(500)}"a": 1${" ".repeat(500)}}}`;
  const lines = format(text).split("\n");
  expect(lines[0]).toContain(":1:546 error: expected a table, found 1");
  expect(lines.every((line) => line.length < 140)).toBe(true);
  expect(lines[1]?.charAt(lines[2]?.indexOf("^") ?? -1)).toBe("1");
});

it("passes no control character and no change of direction to the terminal", () => {
  const shown = format('[runtime]\nthreads = "\u001b[2J\u009b1m\u202e"');
  expect(shown).toContain("proxy.toml:2:12 error");
  expect(shown.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

it("colours when it is told to", () => {
  const colored = format("runtime.threads = true", true);
  expect(colored).toContain("\u001b[31merror\u001b[0m");
  expect(colored.replace(/\u001b\[\d+m/g, "")).toBe(format("runtime.threads = true"));
});

it("shows nothing for no problem", () => {
  expect(formatProblems([])).toBe("");
});

it("writes paths as people do", () => {
  expect(formatPath(["servers", "a b", "routes", 0, "path"])).toBe('servers."a b".routes[0].path');
});

it("says of a failure what people mend, and of a fault in a module where it is", () => {
  const invalid = parseConfig({ text: "x = 1", file: "proxy.toml", schema });
  if (invalid.type === "valid") expect.unreachable();
  const { problems } = invalid;
  expect(formatFailure(new ConfigInvalidError({ problems }))).toBe(formatProblems(problems));
  const missing = Object.assign(new Error("ENOENT: no such file"), { code: "ENOENT" });
  const unreadable = new ConfigReadError({ file: "a", directory: "/b", reason: "gone", cause: missing });
  expect(formatFailure(unreadable)).toBe(`${unreadable.message}\n`);
  const fault = new TypeError("no function");
  const failed = new ReloadFailedError({
    step: "precommit",
    site: "a",
    reason: "bad",
    notRestored: [],
    cause: fault,
  });
  expect(formatFailure(failed)).toBe(`${failed.message}\n${fault.stack}\n`);
  expect(formatFailure(fault)).toBe(`${fault.stack}\n`);
});
