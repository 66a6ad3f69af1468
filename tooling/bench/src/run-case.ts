import type { BenchCase } from "./bench-case.ts";
import type { RunningContestant } from "./contestants/contestant.ts";
import type { LoadMeasurement, LoadOptions } from "./load-program.ts";
import { processTree, residentBytes } from "./processes.ts";
import type { Entry, RoundOutcome } from "./row.ts";
import { boundOf, type Sample, toSample } from "./sample.ts";
import { rotated } from "./statistics.ts";

/** How every case is run. */
export interface RunSettings {
  readonly rounds: number;
  readonly warmupMs: number;
  readonly measureMs: number;
  /** How often one round of one contestant is tried until it reaches its load. */
  readonly attempts: number;
  readonly loadCore: number;
  readonly upstreamPort: number;
  /** One run of one contestant. */
  readonly runLoad: (options: LoadOptions) => Promise<LoadMeasurement>;
  /** Hears what is about to run. */
  readonly onProgress: (text: string) => void;
}

/**
 * Runs one case: every contestant once a round, beginning with another one each time. A first round, which is not counted, lets
 * the ones on Node.js compile what this case needs.
 */
export async function runCase(
  benchCase: BenchCase,
  running: readonly RunningContestant[],
  settings: RunSettings,
): Promise<readonly Entry[]> {
  const rounds = new Map(running.map((item) => [item, [] as RoundOutcome[]]));
  settings.onProgress("warming up");
  for (const item of running) await runRound(item, benchCase, { ...settings, attempts: 1 });
  for (let round = 0; round < settings.rounds; round++) {
    settings.onProgress(`round ${round + 1} of ${settings.rounds}`);
    for (const item of rotated(running, round))
      rounds.get(item)?.push(await runRound(item, benchCase, settings));
  }
  return running.map((item) => {
    const { id, title, kind } = item.contestant;
    return { contestant: { id, title, kind }, rounds: rounds.get(item) ?? [], residentBytes: memoryOf(item) };
  });
}

async function runRound(
  item: RunningContestant,
  benchCase: BenchCase,
  settings: RunSettings,
): Promise<RoundOutcome> {
  const samples: Sample[] = [];
  try {
    for (let attempt = 0; attempt < settings.attempts; attempt++) {
      const sample = toSample(await runOnce(item, benchCase, settings));
      samples.push(sample);
      if (boundOf(sample) !== undefined) break;
    }
  } catch (error) {
    return { type: "failed", message: (error as Error).message };
  }
  return { type: "samples", samples };
}

const runOnce = (
  item: RunningContestant,
  benchCase: BenchCase,
  settings: RunSettings,
): Promise<LoadMeasurement> =>
  settings.runLoad({
    ...benchCase,
    proxyPort: item.port,
    upstreamPort: settings.upstreamPort,
    warmupMs: settings.warmupMs,
    measureMs: settings.measureMs,
    core: settings.loadCore,
    watchedProcesses: processTree(item.pid),
  });

function memoryOf({ pid }: RunningContestant): number | undefined {
  try {
    return residentBytes(processTree(pid));
  } catch {
    // It has ended meanwhile; its rounds say so.
    return undefined;
  }
}
