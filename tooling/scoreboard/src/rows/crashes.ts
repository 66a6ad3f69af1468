import { readFileSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { CrashReason, WorkerEvent, WorkerMode } from "@monolake/core";
import { freePort, type RunningProgram, startProgram, temporaryFolder } from "@monolake/test-kit";
import { runCrashLoad } from "../crash-load.ts";
import {
  type Accepted,
  type Death,
  type Leaving,
  lossesOf,
  refused,
  type WorkerHistory,
} from "../crash-losses.ts";
import { inOwnNetwork } from "../own-network.ts";
import { atLeast, atMost, type Figure } from "../row.ts";

const durationMs = 60_000;
const everyMs = 2_000;
/** A worker that is stuck, or whose heap fills, takes its time to die. */
const leastCrashes = (durationMs / everyMs) * 0.8;
const leastOfAKind = 5;
const ways = ["/exit", "/fill", "/spin", "/throw"];
const keepAlive = 32;
const newConnections = 8;
/** Far from the most that the machine can do: what is asked here is who fails, not how many there may be. */
const pauseMs = 40;
const migrateSetting = "/proc/sys/net/ipv4/tcp_migrate_req";
const program = fileURLToPath(new URL("../programs/crashing-gateway.ts", import.meta.url));

/**
 * One of three workers crashes every 2 s, in four ways in turn, under 40 clients: threads, then processes. What fails must have
 * been with the worker that died: a request on a connection that it had accepted, or, with threads, one that waited in its
 * accept queue.
 */
export async function crashes(): Promise<readonly Figure[]> {
  const threads = await crashesOf({ mode: "threads", label: "threads" });
  // Those that wait are with the main process, which goes on.
  return [...threads, ...(await crashesOf({ mode: "processes", label: "processes", mayWait: () => 0 }))];
}

/** The same with threads where the kernel gives what waits for a worker that died to the others: only connections it had accepted fail. */
export function crashesMigrating(): Promise<readonly Figure[]> {
  return inOwnNetwork("crashes-migrating", async () => {
    if (readFileSync(migrateSetting, "latin1").trim() !== "1") writeFileSync(migrateSetting, "1");
    // The one that a worker was just accepting.
    const mayWait = ({ deaths }: WorkerHistory) => deaths.length;
    return crashesOf({ mode: "threads", label: "migrating", mayWait });
  });
}

interface CrashesOptions {
  readonly mode: WorkerMode;
  readonly label: string;
  /** How many requests may be lost on connections that nobody accepted. Absent: those in accept queues of workers that died. */
  readonly mayWait?: (history: WorkerHistory) => number;
}

async function crashesOf({ mode, label, mayWait }: CrashesOptions): Promise<Figure[]> {
  const port = await freePort();
  await using folder = await temporaryFolder();
  const acceptedFile = await folder.write("accepted", "");
  await using gateway = await startProgram(
    process.execPath,
    ["--conditions=@monolake/source", program, String(port), mode, acceptedFile],
    { readyPattern: /ready to crash/ },
  );
  const clients = { port, keepAlive, newConnections, pauseMs };
  await runCrashLoad({ ...clients, durationMs: 1_000 });
  const ending = new AbortController();
  const crashing = crashEvery(gateway, port, ending.signal);
  const asked = await runCrashLoad({ ...clients, durationMs });
  ending.abort();
  await crashing;
  const events = eventsOf(gateway);
  const crashed = events.filter((event) => event.type === "crashed");
  const by = (reason: CrashReason) => crashed.filter((event) => event.reason === reason).length;
  const respawned = events.filter((event) => event.type === "respawned");
  const history = { accepted: await readAccepted(acceptedFile), ...endsOf(events) };
  const { inFlight, queued, askedAnew, elsewhere } = lossesOf(asked, history);
  const lost = `${inFlight.length} in flight, ${queued.length} not accepted yet`;
  process.stderr.write(
    `  ${label}: lost ${lost}, in ${history.deaths.length} deaths; ${askedAnew.length} to be asked anew\n`,
  );
  for (const [failure = "", of] of Map.groupBy(elsewhere, (request) => request.failure))
    process.stderr.write(`  ${label}: ${of.length} x ${failure}\n`);
  return [
    atLeast(`crashes-${label}`, crashed.length, leastCrashes),
    atLeast(`crashes-${label}-out-of-memory`, by("out-of-memory"), leastOfAKind),
    atLeast(`crashes-${label}-unresponsive`, by("unresponsive"), leastOfAKind),
    atLeast(`crashes-${label}-requests`, asked.length, 10_000),
    // What was with the worker that died is lost with it, and nothing else.
    atMost(`crashes-${label}-failed-elsewhere`, elsewhere.length, 0),
    ...(mayWait === undefined
      ? []
      : [atMost(`crashes-${label}-failed-before-accepted`, queued.length, mayWait(history))]),
    atMost(`crashes-${label}-refused-connections`, asked.filter(refused).length, 0),
    atLeast(`crashes-${label}-replaced`, respawned.length, crashed.length - 1),
    atMost(
      `crashes-${label}-longest-absence`,
      Math.max(...respawned.map(({ afterMs }) => afterMs)),
      1_000,
      "ms",
    ),
  ];
}

/** Workers that threw serve on until they are replaced, and then leave. */
function endsOf(events: readonly TimedEvent[]): Pick<WorkerHistory, "deaths" | "leaving"> {
  const deaths: Death[] = [];
  const leaving: Leaving[] = [];
  for (const event of events) {
    if (event.type !== "crashed") continue;
    const { workerId, atMs } = event;
    if (event.reason !== "uncaught") {
      deaths.push({ atMs, workerId });
      continue;
    }
    const left = events.find(
      (later) => later.type === "retired" && later.workerId === workerId && later.atMs >= atMs,
    );
    leaving.push({ workerId, fromMs: atMs, toMs: left?.atMs ?? Number.POSITIVE_INFINITY });
  }
  return { deaths, leaving };
}

/** One after the other: the next one when whoever died has a successor, or nobody might be left. */
async function crashEvery(gateway: RunningProgram, port: number, signal: AbortSignal): Promise<void> {
  const count = (type: WorkerEvent["type"]) =>
    eventsOf(gateway).filter((event) => event.type === type).length;
  for (let orders = 0; !signal.aborted; orders += 1) {
    order(port, ways[orders % ways.length] as string);
    await setTimeout(everyMs, undefined, { signal }).catch(() => {});
    while (!signal.aborted && count("respawned") < count("crashed")) await setTimeout(10);
  }
}

function order(port: number, way: string): void {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.on("data", () => socket.destroy());
  socket.write(`GET ${way} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
}

type TimedEvent = WorkerEvent & { readonly atMs: number };

const eventsOf = (gateway: RunningProgram): TimedEvent[] =>
  gateway.stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));

async function readAccepted(file: string): Promise<Accepted[]> {
  const lines = (await readFile(file, "latin1")).split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const [atMs = 0, port = 0, workerId = 0] = line.split(" ").map(Number);
    return { atMs, port, workerId };
  });
}
