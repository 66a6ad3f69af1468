import { expect, it } from "vitest";
import { projectCaseFiles, readCases } from "../src/cases/read-cases.ts";
import { monolake } from "../src/proxies/monolake.ts";
import type { ProxySettings } from "../src/proxies/proxy.ts";
import { startProxy } from "../src/proxies/start-proxy.ts";
import { failureLines } from "../src/report.ts";
import { runCases } from "../src/run-cases.ts";

it.each<readonly [string, ProxySettings]>([
  ["strict mode", { mode: "strict" }],
  ["strict mode, on shared upstream connections", { mode: "strict", pipelining: 8 }],
])("passes every case of the project in %s", { timeout: 120_000 }, async (_, settings) => {
  const cases = readCases(projectCaseFiles);
  await using proxy = await startProxy(monolake, 16, settings);
  const results = await runCases(cases, proxy, { ...settings, quick: true });
  expect(failureLines({ title: proxy.title, results, down: [] })).toEqual([]);
  expect(results).toHaveLength(cases.length);
});
