import { expect, it } from "vitest";
import { projectCaseFiles, readCases } from "../src/cases/read-cases.ts";
import { monolake } from "../src/proxies/monolake.ts";
import { startProxy } from "../src/proxies/start-proxy.ts";
import { failureLines } from "../src/report.ts";
import { runCases } from "../src/run-cases.ts";

it("passes every case of the project in strict mode", { timeout: 120_000 }, async () => {
  const cases = readCases(projectCaseFiles);
  await using proxy = await startProxy(monolake, 16, "strict");
  const results = await runCases(cases, proxy, { mode: "strict", quick: true });
  expect(failureLines({ title: proxy.title, results, down: [] })).toEqual([]);
  expect(results).toHaveLength(cases.length);
});
