import { describe, expect, it } from "vitest";
import { reportProblems } from "../src/report/report.ts";
import { type Row, toRows } from "../src/row.ts";
import { entry, exampleReport, sample } from "./fixtures/entries.ts";

describe("the rows of a case", () => {
  it("hold medians, the least processor time, and the ratio within the rounds", () => {
    const [row] = toRows(
      [
        entry("monolake", [
          [sample({ requestsPerSecond: 20, p99Ms: 3, processorUs: 21 })],
          [sample({ requestsPerSecond: 60, p99Ms: 9, processorUs: 25 })],
          [sample({ requestsPerSecond: 30, p99Ms: 4, processorUs: 19 })],
        ]),
        entry(
          "nginx",
          [10, 20, 20].map((requestsPerSecond) => [sample({ requestsPerSecond })]),
        ),
      ],
      "nginx",
    );
    expect(row?.outcome).toEqual({
      type: "measured",
      figures: {
        requestsPerSecond: 30,
        bound: "proxy",
        ratio: 2,
        ratioOf: "requests",
        p50Ms: 1,
        p99Ms: 4,
        processorUs: 19,
        residentBytes: 64 * 1024 * 1024,
      },
    });
  });

  it("take the repetition of a round that was starved", () => {
    const starved = sample({ requestsPerSecond: 1, loadShare: 0.5 });
    const [row] = toRows([entry("nginx", [[starved, sample({ requestsPerSecond: 7 })]])], "nginx");
    expect(row).toMatchObject({
      roundsCounted: 1,
      roundsRun: 1,
      outcome: { type: "measured", figures: { requestsPerSecond: 7, ratio: 1 } },
    });
  });

  it("have no figures where half of the rounds did not reach their load", () => {
    const starved = sample({ proxyShare: 0.5 });
    const [row] = toRows([entry("nginx", [[sample()], [starved, starved]])], "nginx");
    expect(row).toMatchObject({
      roundsCounted: 1,
      roundsRun: 2,
      outcome: { type: "not-loaded", proxyShare: 0.5 },
    });
  });

  describe("with a load that sleeps between answers", () => {
    const loaded = sample({ loadShare: 0.4, loadSleeps: true });
    const waiting = { ...loaded, proxyShare: 0.75, requestsPerSecond: 14_000, processorUs: 10 };
    const idle = { ...loaded, proxyShare: 0.49 };
    const figuresOf = (row: Row | undefined) =>
      row?.outcome.type === "measured" ? row.outcome.figures : undefined;

    it("count whatever the load left of its core", () => {
      const [row] = toRows([entry("nginx", [[loaded]])], "nginx");
      expect(figuresOf(row)).toMatchObject({ bound: "proxy", ratioOf: "requests", ratio: 1 });
    });

    it("compare by processor time where the load bounds one of the two", () => {
      const rows = toRows([entry("monolake", [[loaded]]), entry("nginx", [[waiting]])], "nginx");
      expect(rows.map(figuresOf)).toMatchObject([
        { bound: "proxy", ratioOf: "processor-time", ratio: 0.5, requestsPerSecond: 10_000 },
        { bound: "load", ratioOf: "processor-time", ratio: 1, requestsPerSecond: 14_000 },
      ]);
    });

    it("do not count where the proxy has next to nothing to do", () => {
      expect(toRows([entry("nginx", [[idle]])], "nginx")[0]?.outcome.type).toBe("not-loaded");
    });
  });

  it("have no figures where a single answer was wrong, even in a round that does not count", () => {
    const wrong = sample({ errors: 1, proxyShare: 0.2 });
    const [row] = toRows([entry("nginx", [[wrong, sample()]])], "nginx");
    expect(row?.outcome).toEqual({ type: "wrong-answers", errors: 1 });
  });

  it("have no ratio when the yardstick did not run", () => {
    const [row] = toRows([entry("monolake", [[sample()]])], "nginx");
    expect(row?.outcome).toMatchObject({ type: "measured", figures: { ratio: undefined } });
  });

  it("have no ratio when the yardstick reached its load in too few of the same rounds", () => {
    const starved = sample({ loadShare: 0.1 });
    const rows = toRows(
      [entry("monolake", [[sample()], [sample()]]), entry("nginx", [[sample()], [starved]])],
      "nginx",
    );
    expect(rows[0]?.outcome).toMatchObject({ type: "measured", figures: { ratio: undefined } });
    const report = { ...exampleReport(), cases: [{ ...exampleReport().cases[0]!, rows, entries: [] }] };
    expect(reportProblems(report, "nginx")[0]).toMatch(/^monolake, .*: no ratio/);
    expect(reportProblems(report, "another")[0]).toMatch(/^nginx, .*: not loaded/);
  });

  it("have no figures where the load program failed", () => {
    const failed = {
      ...entry("nginx", []),
      rounds: [{ type: "failed", message: "cannot connect" }] as const,
    };
    expect(toRows([failed], "nginx")[0]?.outcome).toEqual({ type: "failed", message: "cannot connect" });
  });
});

describe("a report", () => {
  it("names every row without figures as a problem", () => {
    const problems = reportProblems(exampleReport(), "nginx");
    expect(problems).toHaveLength(2);
    expect(problems[0]).toBe(
      "starved, 1 KiB bodies, 64 connections: not loaded (the proxy had 40 % of its core, the load 99 %)",
    );
  });
});
