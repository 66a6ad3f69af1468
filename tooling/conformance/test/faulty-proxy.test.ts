import { describe, expect, it } from "vitest";
import { plainCasesFor, projectCaseFiles, readCases } from "../src/cases/read-cases.ts";
import { isGood, type ProxyReport, passedOf } from "../src/report.ts";
import { runCases } from "../src/run-cases.ts";
import { startClosing, startPassThrough } from "./pass-through.ts";

const cases = readCases(projectCaseFiles);
const some = cases.filter(({ name }) => /^(rl-get-basic|cl-plus|hf-obs-fold-host|conn-hop)/.test(name));

describe("a faulty proxy", () => {
  it("fails the cases that it gets wrong, and passes the others", async () => {
    await using proxy = await startPassThrough();
    const results = await runCases(some, proxy, { mode: "strict", quick: true });
    const failed = results.filter(({ problems }) => problems.length > 0).map((result) => result.case.name);
    expect(failed).toContain("conn-hop-nominated");
    expect(failed).toContain("hf-obs-fold-host");
    expect(failed).not.toContain("rl-get-basic");
    expect(isGood({ title: "", results, down: [] })).toBe(false);
  });

  it("counts nothing when it does not serve plain requests", async () => {
    await using proxy = await startClosing();
    const quick = { mode: "strict", quick: true } as const;
    const down = (await runCases(plainCasesFor(cases), proxy, quick)).filter(
      ({ problems }) => problems.length > 0,
    );
    const closing = cases.filter(({ name }) => name === "cc-fin-mid-chunk");
    const results = await runCases(closing, proxy, quick);
    expect(results[0]?.problems).toEqual([]);
    const report: ProxyReport = { title: proxy.title, results, down };
    expect(down).toHaveLength(2);
    expect(passedOf(report)).toBe(0);
    expect(isGood(report)).toBe(false);
  });
});
