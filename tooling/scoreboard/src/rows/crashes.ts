import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { WorkerEvent, WorkerMode } from "@monolake/core";
import { freePort, type RunningProgram, startProgram } from "@monolake/test-kit";
import { runLoad } from "../client-load.ts";
import { atLeast, atMost, type Figure } from "../row.ts";

const durationMs = 60_000;
const everyMs = 2_000;
const ways = ["/exit", "/fill", "/spin", "/throw"];
const keepAlive = 32;
const newConnections = 8;
/** Far from the most that the machine can do: what is asked here is who fails, not how many there may be. */
const pauseMs = 10;
const program = fileURLToPath(new URL("../programs/crashing-gateway.ts", import.meta.url));

/** One of three workers crashes every 2 s, in four ways in turn, under 40 clients: threads, then processes. */
export async function crashes(): Promise<readonly Figure[]> {
  return [...(await crashesOf("threads")), ...(await crashesOf("processes"))];
}

async function crashesOf(mode: WorkerMode): Promise<Figure[]> {
  const port = await freePort();
  await using gateway = await startProgram(
    process.execPath,
    ["--conditions=@monolake/source", program, String(port), mode],
    { readyPattern: /ready to crash/ },
  );
  await runLoad({ port, durationMs: 1_000, keepAlive, newConnections });
  const ending = new AbortController();
  const crashing = crashEvery(port, ending.signal);
  const load = await runLoad({ port, durationMs, keepAlive, newConnections, pauseMs });
  ending.abort();
  const orders = await crashing;
  for (const [failure, count] of load.failures) process.stderr.write(`  ${mode}: ${count} x ${failure}\n`);
  const events = eventsOf(gateway);
  const crashed = events.filter(({ type }) => type === "crashed");
  const respawned = events.filter((event) => event.type === "respawned");
  // All clients may have been connected to the worker that died; those that were are let down once by each death.
  const mostLost = crashed.length * (keepAlive + newConnections);
  const refused = [...load.failures].filter(([reason]) => reason.includes("ECONNREFUSED"));
  return [
    atLeast(`crashes-${mode}`, crashed.length, orders * 0.9),
    atLeast(`crashes-${mode}-requests`, load.requests, 10_000),
    atMost(`crashes-${mode}-failed-requests`, load.failed, mostLost),
    atMost(`crashes-${mode}-refused-connections`, refused.length, 0),
    atLeast(`crashes-${mode}-replaced`, respawned.length, crashed.length - 1),
    atMost(
      `crashes-${mode}-longest-absence`,
      Math.max(...respawned.map(({ afterMs }) => afterMs)),
      1_000,
      "ms",
    ),
  ];
}

async function crashEvery(port: number, signal: AbortSignal): Promise<number> {
  let orders = 0;
  while (!signal.aborted) {
    order(port, ways[orders % ways.length] as string);
    orders += 1;
    await setTimeout(everyMs, undefined, { signal }).catch(() => {});
  }
  return orders;
}

function order(port: number, way: string): void {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.on("data", () => socket.destroy());
  socket.write(`GET ${way} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
}

const eventsOf = (gateway: RunningProgram): WorkerEvent[] =>
  gateway.stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as WorkerEvent);
