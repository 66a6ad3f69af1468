import type { Contestant } from "./contestants/contestant.ts";
import { isLoaded, type Sample } from "./sample.ts";
import { least, median, medianRatio } from "./statistics.ts";

/** What one contestant did in one round: its samples in order; only the last can be a good one. */
export type RoundOutcome =
  | { readonly type: "samples"; readonly samples: readonly Sample[] }
  | { readonly type: "failed"; readonly message: string };

/** One contestant's rounds in one case. */
export interface Entry {
  readonly contestant: Pick<Contestant, "id" | "title" | "kind">;
  readonly rounds: readonly RoundOutcome[];
  readonly residentBytes: number | undefined;
}

/** The figures of one contestant in one case. */
export interface Figures {
  readonly requestsPerSecond: number;
  /** To the yardstick, round by round; `undefined` when it did not run. */
  readonly ratio: number | undefined;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The least of all rounds: noise only adds. */
  readonly processorUs: number;
  readonly residentBytes: number | undefined;
}

/** One line of a report: figures, or why there are none. */
export type Row = Entry["contestant"] & {
  readonly roundsCounted: number;
  readonly roundsRun: number;
  readonly outcome:
    | { readonly type: "measured"; readonly figures: Figures }
    | { readonly type: "not-loaded"; readonly proxyShare: number; readonly loadShare: number }
    | { readonly type: "wrong-answers"; readonly errors: number }
    | { readonly type: "failed"; readonly message: string };
};

/** The sample of a round that counts. */
const countedSample = (round: RoundOutcome): Sample | undefined =>
  round.type === "samples" ? round.samples.findLast(isLoaded) : undefined;

const allSamples = ({ rounds }: Entry): readonly Sample[] =>
  rounds.flatMap((round) => (round.type === "samples" ? round.samples : []));

/** Makes the lines of one case. Most rounds of a contestant must have reached their load, and no answer may be wrong. */
export function toRows(entries: readonly Entry[], yardstick: string): readonly Row[] {
  const baseline = entries.find(({ contestant }) => contestant.id === yardstick)?.rounds.map(countedSample) ?? [];
  return entries.map((entry) => {
    const counted = entry.rounds.map(countedSample);
    const roundsCounted = counted.filter((sample) => sample !== undefined).length;
    return {
      ...entry.contestant,
      roundsCounted,
      roundsRun: entry.rounds.length,
      outcome: toOutcome(entry, counted, baseline),
    };
  });
}

function toOutcome(
  entry: Entry,
  counted: readonly (Sample | undefined)[],
  baseline: readonly (Sample | undefined)[],
): Row["outcome"] {
  const failure = entry.rounds.find((round) => round.type === "failed");
  if (failure !== undefined) return { type: "failed", message: failure.message };
  const samples = allSamples(entry);
  const errors = samples.reduce((sum, sample) => sum + sample.errors, 0);
  if (errors > 0) return { type: "wrong-answers", errors };
  const good = counted.filter((sample) => sample !== undefined);
  if (good.length * 2 <= entry.rounds.length) {
    const middle = (pick: (sample: Sample) => number) => median(samples.map(pick)) ?? 0;
    return {
      type: "not-loaded",
      proxyShare: middle(({ proxyShare }) => proxyShare),
      loadShare: middle(({ loadShare }) => loadShare),
    };
  }
  const speed = (sample: Sample | undefined) => sample?.requestsPerSecond;
  return {
    type: "measured",
    figures: {
      requestsPerSecond: median(good.map(({ requestsPerSecond }) => requestsPerSecond)) as number,
      ratio: medianRatio(counted.map(speed), baseline.map(speed)),
      p50Ms: median(good.map(({ p50Ms }) => p50Ms)) as number,
      p99Ms: median(good.map(({ p99Ms }) => p99Ms)) as number,
      processorUs: least(good.map(({ processorUs }) => processorUs)) as number,
      residentBytes: entry.residentBytes,
    },
  };
}
