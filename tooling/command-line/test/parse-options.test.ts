import { describe, expect, it } from "vitest";
import { parseOptions, UsageError, wholeNumber, wholeNumbers } from "../src/index.ts";

describe("options of a command", () => {
  it("are read, and every command knows --help", () => {
    const options = { rounds: { type: "string", default: "5" } } as const;
    expect(parseOptions([], options)).toEqual({ rounds: "5", help: false });
    expect(parseOptions(["-h", "--rounds=2"], options)).toEqual({ rounds: "2", help: true });
  });

  it("that nobody knows are a mistake of the user", () => {
    expect(() => parseOptions(["--round=2"], {})).toThrow(UsageError);
    expect(() => parseOptions(["round"], {})).toThrow(UsageError);
  });
});

describe("whole numbers", () => {
  it("are taken from the least on", () => {
    expect(wholeNumber("lanes", "1")).toBe(1);
    expect(wholeNumber("cores", "0", 0)).toBe(0);
    expect(wholeNumbers("cores", "0,1", 0)).toEqual([0, 1]);
  });

  it.each(["0", "-1", "1.5", "two", "", " "])(
    "%j is a mistake, and the message says of which option",
    (text) => {
      expect(() => wholeNumber("lanes", text)).toThrow(
        new UsageError(`--lanes takes whole numbers from 1, not "${text}"`),
      );
    },
  );
});
