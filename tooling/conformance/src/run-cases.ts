import type { ConformanceCase } from "./cases/conformance-case.ts";
import type { ProxyUnderTest } from "./proxies/proxy.ts";
import { type CaseResult, type RunOptions, runCase } from "./run-case.ts";

/** Runs cases on all lanes of a proxy at once; results are in the order of the cases. */
export async function runCases(
  cases: readonly ConformanceCase[],
  { lanes }: ProxyUnderTest,
  options: RunOptions & { readonly onResult?: (result: CaseResult) => void },
): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = [];
  let next = 0;
  await Promise.all(
    lanes.map(async (lane) => {
      for (let index = next++; index < cases.length; index = next++) {
        const result = await runCase(cases[index] as ConformanceCase, lane, options);
        results[index] = result;
        options.onResult?.(result);
      }
    }),
  );
  return results;
}
