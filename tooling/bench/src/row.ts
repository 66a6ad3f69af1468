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
  /** To the yardstick, round by round; `undefined` when that has too few rounds that count, or did not run. */
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

const isMajority = (count: number, of: number): boolean => count * 2 > of;

/** Makes the lines of one case. Most rounds of a contestant must have reached their load, and no answer may be wrong. */
export function toRows(entries: readonly Entry[], yardstick: string): readonly Row[] {
  const baseline = entries.find(({ contestant }) => contestant.id === yardstick);
  return entries.map((entry) => ({
    ...entry.contestant,
    roundsCounted: entry.rounds.filter(countedSample).length,
    roundsRun: entry.rounds.length,
    outcome: toOutcome(entry, baseline),
  }));
}

function toOutcome(entry: Entry, baseline: Entry | undefined): Row["outcome"] {
  const failure = entry.rounds.find((round) => round.type === "failed");
  if (failure !== undefined) return { type: "failed", message: failure.message };
  const samples = allSamples(entry);
  const errors = samples.reduce((sum, sample) => sum + sample.errors, 0);
  if (errors > 0) return { type: "wrong-answers", errors };
  const good = entry.rounds.map(countedSample).filter((sample) => sample !== undefined);
  if (!isMajority(good.length, entry.rounds.length)) return notLoaded(samples);
  return {
    type: "measured",
    figures: {
      requestsPerSecond: median(good.map(({ requestsPerSecond }) => requestsPerSecond)) as number,
      ratio: baseline && ratioTo(baseline, entry),
      p50Ms: median(good.map(({ p50Ms }) => p50Ms)) as number,
      p99Ms: median(good.map(({ p99Ms }) => p99Ms)) as number,
      processorUs: least(good.map(({ processorUs }) => processorUs)) as number,
      residentBytes: entry.residentBytes,
    },
  };
}

function notLoaded(samples: readonly Sample[]): Row["outcome"] {
  const middle = (pick: (sample: Sample) => number) => median(samples.map(pick)) ?? 0;
  return {
    type: "not-loaded",
    proxyShare: middle(({ proxyShare }) => proxyShare),
    loadShare: middle(({ loadShare }) => loadShare),
  };
}

/** Exists when most rounds count for both. */
function ratioTo(baseline: Entry, entry: Entry): number | undefined {
  const speeds = ({ rounds }: Entry) => rounds.map((round) => countedSample(round)?.requestsPerSecond);
  const own = speeds(entry);
  const others = speeds(baseline);
  const pairs = own.filter((speed, round) => speed !== undefined && others[round] !== undefined).length;
  return isMajority(pairs, own.length) ? medianRatio(own, others) : undefined;
}
