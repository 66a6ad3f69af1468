import { freePort, temporaryFolder } from "@monolake/test-kit";
import { caseText } from "./bench-case.ts";
import { type Contestant, type RunningContestant, startContestant } from "./contestants/contestant.ts";
import { type LoadMeasurement, runLoad } from "./load-program.ts";
import { processTree } from "./processes.ts";
import type { SuitePlace } from "./run-suite.ts";
import { toSample } from "./sample.ts";
import { median } from "./statistics.ts";
import type { CaseChoice, Suite } from "./suites/suite.ts";
import { findUpstreamPort } from "./upstream-port.ts";

/** Two checkouts, and for how long each round compares them. */
export interface BesideOptions {
  /** The folder of the other checkout; its dependencies are installed. */
  readonly beside: string;
  readonly only?: readonly string[];
  readonly choice: CaseChoice;
  readonly rounds: number;
}

/** Long enough for hundreds of changes between the two. */
const measureMs = 2_000;
const warmupMs = 300;
/** V8 compiles what it has seen often: not counted. */
const compileMs = 3_000;

interface Side {
  readonly running: RunningContestant;
  readonly upstreamPort: number;
}

/**
 * Measures Monolake of this checkout and of another one at the same time on the same two cores, and compares the processor time that a
 * request takes: the system changes between the two every few milliseconds, so that whatever else the machine does hits both. What
 * either takes is more than it would take alone; the ratio is good for differences of 1 %. False: something was wrong.
 */
export async function runBeside(suite: Suite, options: BesideOptions, place: SuitePlace): Promise<boolean> {
  const { only = ["monolake"], rounds, beside, choice } = options;
  const ours = (from: "sources" | { readonly folder: string }) =>
    suite.contestants(from).filter(({ id, kind }) => kind === "ours" && only.includes(id));
  const others = ours({ folder: beside });
  let isGood = true;
  for (const benchCase of suite.cases(choice)) {
    for (const [index, contestant] of ours("sources").entries()) {
      if (contestant.takesPart?.(benchCase) === false) continue;
      await using both = new AsyncDisposableStack();
      const sides = [
        await startSide(contestant, place, both),
        await startSide(others[index] as Contestant, place, both),
      ];
      const measure = (ms: number) =>
        Promise.all(
          sides.map(({ running, upstreamPort }) =>
            (suite.runLoad ?? runLoad)(place.loadProgram, {
              ...benchCase,
              proxyPort: running.port,
              upstreamPort,
              warmupMs,
              measureMs: ms,
              core: place.cores.load,
              watchedProcesses: processTree(running.pid),
            }),
          ),
        );
      await measure(compileMs);
      const ratios: number[] = [];
      for (let round = 0; round < rounds; round++) ratios.push(ratioOf(await measure(measureMs)));
      console.log(`${contestant.title}, ${caseText(benchCase)}: ${besideText(ratios, suite.texts.request)}`);
      if (ratios.some(Number.isNaN)) isGood = false;
    }
  }
  return isGood;
}

async function startSide(
  contestant: Contestant,
  { cores }: SuitePlace,
  cleanup: AsyncDisposableStack,
): Promise<Side> {
  const folder = cleanup.use(await temporaryFolder());
  const upstreamPort = await findUpstreamPort();
  const write = (name: string, content: string) => folder.write(name, content);
  const place = { listenPort: await freePort(), upstreamPort, folder: folder.path, write, core: cores.proxy };
  return { running: cleanup.use(await startContestant(contestant, place)), upstreamPort };
}

/** Of this checkout's processor time to the other's; NaN where an answer was wrong, or none came. */
function ratioOf(measured: readonly LoadMeasurement[]): number {
  const [mine, others] = measured.map(toSample);
  if (mine === undefined || others === undefined || mine.errors + others.errors > 0) return Number.NaN;
  return mine.processorUs / others.processorUs;
}

/** What the rounds say, for people. */
export function besideText(ratios: readonly number[], request: string): string {
  if (ratios.some(Number.isNaN)) return "FAILED: answers were wrong, or none came";
  const middle = median(ratios) ?? Number.NaN;
  const rounds = ratios.map((ratio) => ratio.toFixed(2)).join(" ");
  return `a ${request} takes ${middle.toFixed(3)} of the processor time that it takes there (${rounds})`;
}
