import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { answersWithin, parseSummary, summaryErrors } from "../src/h2load-output.ts";

const fixture = (name: string): string => readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8");
/** 8 connections with 16 streams, bodies of 1,024 bytes. */
const good = parseSummary(fixture("h2load-good.txt"));
/** Of ten requests one has 503, one 302, and one is reset. */
const failed = parseSummary(fixture("h2load-failed.txt"));
const log = fixture("h2load-requests.log");

describe("the summary of h2load", () => {
  it("is read from what h2load prints", () => {
    expect(good).toEqual({
      started: 4004,
      done: 3876,
      failed: 0,
      errored: 0,
      redirects: 0,
      dataBytes: 3_969_024,
    });
    expect(failed).toEqual({
      started: 2284,
      done: 2276,
      failed: 455,
      errored: 227,
      redirects: 228,
      dataBytes: 1_631_688,
    });
  });

  it("tells failures of HTTP from streams without an answer", () => {
    expect(summaryErrors(failed, 1024)).toEqual({ notOk: 228 + 228, broken: 227, wrongBody: 0 });
  });

  it("is good where all bodies came, whatever was in flight at the end", () => {
    expect(summaryErrors(good, 1024)).toEqual({ notOk: 0, broken: 0, wrongBody: 0 });
    expect(summaryErrors({ ...good, dataBytes: 4004 * 1024 }, 1024)).toMatchObject({ wrongBody: 0 });
  });

  it("shows bodies that were too short, too long, or should not have been there", () => {
    expect(summaryErrors({ ...good, dataBytes: 3_969_023 }, 1024)).toMatchObject({ wrongBody: 1 });
    expect(summaryErrors({ ...good, dataBytes: 4004 * 1024 + 1025 }, 1024)).toMatchObject({ wrongBody: 2 });
    expect(summaryErrors({ ...good, dataBytes: 3 }, 0)).toMatchObject({ wrongBody: 3 });
  });

  it("is missed where there is none", () => {
    expect(() => parseSummary("starting benchmark...\n")).toThrow(
      "h2load ended without its summary:\nstarting benchmark...",
    );
  });
});

describe("the log of h2load", () => {
  it("gives the good answers that ended within a time, and their latencies", () => {
    const whole = answersWithin(log, { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER });
    expect(whole).toEqual({ answers: 9, latencyNs: { p50: 52_582_000, p99: 61_844_000 } });
    // From the end of the second answer, which is in, to that of the fourth, which is not.
    const fromUs = 1_795_713_191_210_600 + 52_577;
    expect(answersWithin(log, { fromUs, toUs: 1_795_713_191_210_601 + 52_582 })).toEqual({
      answers: 1,
      latencyNs: { p50: 52_577_000, p99: 52_577_000 },
    });
  });

  it("without an answer in that time gives none", () => {
    expect(answersWithin(log, { fromUs: 0, toUs: 1 })).toEqual({ answers: 0, latencyNs: { p50: 0, p99: 0 } });
  });

  it("is refused when it has something else in it", () => {
    expect(() => answersWithin("12\t200\n", { fromUs: 0, toUs: 1 })).toThrow(
      'not a line of h2load\'s log: "12\t200"',
    );
    expect(() => answersWithin("what\t200\t1\n", { fromUs: 0, toUs: 1 })).toThrow("not a line");
  });
});
