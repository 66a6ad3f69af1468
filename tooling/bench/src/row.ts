import type { Contestant } from "./contestants/contestant.ts";
import { boundOf, type Sample } from "./sample.ts";
import { least, median } from "./statistics.ts";

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
  /** Who bounded most rounds. Where it was the load, the proxy could have served more. */
  readonly bound: "proxy" | "load";
  /** To the yardstick, round by round; `undefined` when that has too few rounds that count, or did not run. */
  readonly ratio: number | undefined;
  /** What the ratio is of: requests per second, or how much processor time one takes where the load bounded either of the two. */
  readonly ratioOf: "requests" | "processor-time";
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
  round.type === "samples" ? round.samples.findLast((sample) => boundOf(sample) !== undefined) : undefined;

const isOfProxy = (sample: Sample): boolean => boundOf(sample) === "proxy";

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
  const counted = entry.rounds.map(countedSample).filter((sample) => sample !== undefined);
  if (!isMajority(counted.length, entry.rounds.length)) return notLoaded(samples);
  const ofProxy = counted.filter(isOfProxy);
  const bound = isMajority(ofProxy.length, entry.rounds.length) ? "proxy" : "load";
  const good = bound === "proxy" ? ofProxy : counted;
  return {
    type: "measured",
    figures: {
      requestsPerSecond: median(good.map(({ requestsPerSecond }) => requestsPerSecond)) as number,
      bound,
      ...ratioTo(baseline, entry),
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

/**
 * Exists when most rounds count for both. Within the rounds and then the median, not the ratio of two medians: the machine's speed
 * differs between rounds, and cancels out within one. It is of their requests where the proxy bounded both, else of their processor times.
 */
function ratioTo(baseline: Entry | undefined, entry: Entry): Pick<Figures, "ratio" | "ratioOf"> {
  const pairs = entry.rounds.flatMap((round, index) => {
    const other = baseline?.rounds[index];
    const [own, base] = [countedSample(round), other && countedSample(other)];
    return own === undefined || base === undefined ? [] : [{ own, base }];
  });
  const ofProxy = pairs.filter(({ own, base }) => isOfProxy(own) && isOfProxy(base));
  const rounds = entry.rounds.length;
  if (isMajority(ofProxy.length, rounds)) {
    const speeds = ofProxy.map(({ own, base }) => own.requestsPerSecond / base.requestsPerSecond);
    return { ratio: median(speeds), ratioOf: "requests" };
  }
  const times = pairs.map(({ own, base }) => base.processorUs / own.processorUs);
  return { ratio: isMajority(pairs.length, rounds) ? median(times) : undefined, ratioOf: "processor-time" };
}
