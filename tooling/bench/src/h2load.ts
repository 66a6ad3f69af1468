import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import {
  eventually,
  findProgram,
  portAccepts,
  type RunningProgram,
  startProgram,
  temporaryFolder,
} from "@monolake/test-kit";
import { answersWithin, parseSummary, summaryErrors, type TimeWindow } from "./h2load-output.ts";
import type { LoadMeasurement, LoadOptions } from "./load-program.ts";
import { processorNs } from "./processes.ts";

/** How long h2load goes on behind the measured time, so that this cannot end after it. */
const tailMs = 300;
/** Beyond what was asked for, until h2load has ended. */
const endTimeoutMs = 15_000;

/** The fields that the load program sends, too. */
const fields = [
  "user-agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101",
  "accept: text/html,application/json;q=0.9,*/*;q=0.8",
  "accept-language: en-US,en;q=0.5",
  "accept-encoding: gzip, deflate, br",
  "cookie: session=0123456789abcdef0123456789abcdef; theme=dark",
];

/** Why HTTP/2 cannot be measured here; undefined when it can. */
export const missingH2load = (): string | undefined =>
  findProgram("h2load") === undefined
    ? "h2load is not installed; on Debian: apt install nghttp2-client"
    : undefined;

/** The command line of h2load for a run; its log of requests goes to `logFile`, which must not exist. */
export function h2loadArguments(options: LoadOptions, logFile: string): readonly string[] {
  const { protocol, proxyPort, connections, depth = 1, warmupMs, measureMs } = options;
  if (protocol !== "h2c" && protocol !== "h2")
    throw new TypeError(`h2load cannot speak "${protocol ?? "http"}"`);
  const scheme = protocol === "h2" ? "https" : "http";
  return [
    "--threads=1",
    `--clients=${connections}`,
    `--max-concurrent-streams=${depth}`,
    `--duration=${warmupMs + measureMs + tailMs}ms`,
    // HTTP/1.1 instead would be another measurement.
    "--npn-list=h2",
    `--log-file=${logFile}`,
    ...fields.map((field) => `--header=${field}`),
    // An id like those of the load program, whose upstream wants one.
    `${scheme}://127.0.0.1:${proxyPort}/items/${"0".repeat(16)}?fields=name,price`,
  ];
}

/**
 * Runs h2load once, with the load program as upstream. Processor times and answers are of the same time, which this process
 * measures. Throws with h2load's words when it cannot connect, or HTTP/2 is not agreed on.
 */
export async function runH2load(loadProgram: string, options: LoadOptions): Promise<LoadMeasurement> {
  const { core, upstreamPort, bodyBytes, measureMs, warmupMs, watchedProcesses = [] } = options;
  const onCore = (program: string, programArguments: readonly string[]): Promise<RunningProgram> =>
    core === undefined
      ? startProgram(program, programArguments)
      : startProgram("taskset", ["--cpu-list", String(core), program, ...programArguments]);

  await using cleanup = new AsyncDisposableStack();
  const loadProcesses: number[] = [];
  if (upstreamPort !== undefined) {
    const upstream = cleanup.use(
      await onCore(loadProgram, [`--upstream-port=${upstreamPort}`, `--body-bytes=${bodyBytes}`]),
    );
    await eventually(() => portAccepts(upstreamPort), { timeoutMs: 5000, intervalMs: 5 });
    loadProcesses.push(upstream.pid);
  }
  const folder = cleanup.use(await temporaryFolder());
  const logFile = join(folder.path, "requests.log");
  const h2load = cleanup.use(await onCore("h2load", h2loadArguments(options, logFile)));
  loadProcesses.push(h2load.pid);

  await h2load.waitForOutput(/^Application protocol: h2c?$/m);
  await wait(warmupMs);
  const start = takeMoment(watchedProcesses, loadProcesses);
  await wait(measureMs);
  const end = takeMoment(watchedProcesses, loadProcesses);
  await endOf(h2load);

  const window: TimeWindow = { fromUs: start.timeUs, toUs: end.timeUs };
  return {
    elapsedNs: (end.timeUs - start.timeUs) * 1000,
    ...answersWithin(readFileSync(logFile, "utf8"), window),
    loadProcessorNs: end.loadNs - start.loadNs,
    watchedProcessorNs: end.watchedNs - start.watchedNs,
    errors: summaryErrors(parseSummary(h2load.stdout), bodyBytes),
    loadSleeps: true,
  };
}

const takeMoment = (watched: readonly number[], load: readonly number[]) => ({
  // The clock of h2load's log. Rate and answers have the same ends, so that whole milliseconds are enough.
  timeUs: Date.now() * 1000,
  watchedNs: processorNs(watched),
  loadNs: processorNs(load),
});

async function endOf(h2load: RunningProgram): Promise<void> {
  const { code, signal } = await Promise.race([
    h2load.exited,
    wait(tailMs + endTimeoutMs, undefined, { ref: false }).then(() => {
      throw new Error(`h2load did not end in time:\n${h2load.stdout}${h2load.stderr}`.trimEnd());
    }),
  ]);
  if (code !== 0)
    throw new Error(`h2load ended (${signal ?? code}):\n${h2load.stdout}${h2load.stderr}`.trimEnd());
}
