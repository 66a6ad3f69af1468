import type { LoadErrors, LoadMeasurement } from "./load-program.ts";

/** What h2load prints at its end, of the whole run. */
export interface H2loadSummary {
  readonly started: number;
  /** Requests that ended, well or not. */
  readonly done: number;
  /** All that went wrong: another status than 2xx or 3xx, a stream that was reset, a connection that ended. */
  readonly failed: number;
  /** Of these, the ones that had no answer. */
  readonly errored: number;
  /** Answers with 3xx, which h2load takes for good ones. */
  readonly redirects: number;
  /** Bytes of bodies. */
  readonly dataBytes: number;
}

const requestsLine =
  /^requests: \d+ total, (\d+) started, (\d+) done, \d+ succeeded, (\d+) failed, (\d+) errored/m;
const statusLine = /^status codes: \d+ 2xx, (\d+) 3xx/m;
const trafficLine = /^traffic: .*\((\d+)\) data$/m;

/** Reads the summary of h2load. Throws with the whole text when it is not one. */
export function parseSummary(text: string): H2loadSummary {
  const requests = requestsLine.exec(text);
  const statuses = statusLine.exec(text);
  const traffic = trafficLine.exec(text);
  if (requests === null || statuses === null || traffic === null) {
    throw new Error(`h2load ended without its summary:\n${text}`.trimEnd());
  }
  const [started = 0, done = 0, failed = 0, errored = 0] = requests.slice(1).map(Number);
  return { started, done, failed, errored, redirects: Number(statuses[1]), dataBytes: Number(traffic[1]) };
}

/** What a summary says was wrong; `bodyBytes` is the length of each body. */
export function summaryErrors(summary: H2loadSummary, bodyBytes: number): Partial<LoadErrors> {
  const { started, done, failed, errored, redirects, dataBytes } = summary;
  const good = done - failed - redirects;
  const least = good * bodyBytes;
  // What was in flight at the end, and what has failed, may have sent some of it.
  const most = started * bodyBytes;
  const surplus = Math.max(least - dataBytes, dataBytes - most, 0);
  return {
    notOk: failed - errored + redirects,
    broken: errored,
    // At least as many; without a body, each byte is one too many.
    wrongBody: Math.ceil(surplus / Math.max(bodyBytes, 1)),
  };
}

/** From one moment to another, microseconds since the epoch. */
export interface TimeWindow {
  readonly fromUs: number;
  readonly toUs: number;
}

/**
 * The answers that came within a time, and how long they took, from the file of `--log-file`: lines of start (microseconds since the
 * epoch), status and microseconds until the end. Throws when a line is not like that.
 */
export function answersWithin(
  log: string,
  { fromUs, toUs }: TimeWindow,
): Pick<LoadMeasurement, "answers" | "latencyNs"> {
  const latenciesUs: number[] = [];
  for (const line of log.split("\n")) {
    if (line === "") continue;
    const [start, status, tookUs] = line.split("\t").map(Number);
    if (start === undefined || status === undefined || tookUs === undefined || !(start > 0 && tookUs >= 0)) {
      throw new Error(`not a line of h2load's log: "${line}"`);
    }
    const end = start + tookUs;
    if (status >= 200 && status < 300 && end >= fromUs && end < toUs) latenciesUs.push(tookUs);
  }
  latenciesUs.sort((a, b) => a - b);
  const quantileNs = (quantile: number): number =>
    (latenciesUs[Math.ceil(latenciesUs.length * quantile) - 1] ?? 0) * 1000;
  return { answers: latenciesUs.length, latencyNs: { p50: quantileNs(0.5), p99: quantileNs(0.99) } };
}
