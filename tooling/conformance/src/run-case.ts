import { setTimeout } from "node:timers/promises";
import { type ConformanceCase, expectationIn, type Mode } from "./cases/conformance-case.ts";
import { expandMacros } from "./cases/expand-macros.ts";
import { readResponses } from "./client/read-responses.ts";
import { runClient } from "./client/run-client.ts";
import { judgeOutcome } from "./judge-outcome.ts";
import type { Lane } from "./proxies/proxy.ts";

/** What became of one case. */
export interface CaseResult {
  readonly case: ConformanceCase;
  /** Empty when it passed. */
  readonly problems: readonly string[];
  /** Status of the first response. */
  readonly status: number | undefined;
  readonly closed: boolean;
}

/** How cases are run. */
export interface RunOptions {
  readonly mode: Mode;
  /** Stop watching where everything that is expected has come and it is quiet. */
  readonly quick?: boolean;
}

const primingRequest = "GET /prime HTTP/1.1\r\nHost: x.test\r\n\r\n";
/** What it takes a proxy to put a connection back, or to see what came unasked. */
const settleMs = 60;

/** Runs one case through a proxy. */
export async function runCase(one: ConformanceCase, lane: Lane, options: RunOptions): Promise<CaseResult> {
  const { upstream, port } = lane;
  await upstream.begin(one.upstreamScript);
  if (one.prime === true || one.primePoison !== undefined) await prime(one, lane);
  const expect = expectationIn(options.mode, one);
  const responses = expect.statuses?.length ?? (expect.status?.[0] === null ? 0 : 1);
  const staysOpen = expect.conn === "keep" || expect.conn === "any";
  const isEnough = (received: string): boolean => {
    const seen = readResponses(received, one.methods ?? [], { ended: false }).responses;
    return responses > 0 && seen.length >= responses && seen.every(({ complete }) => complete);
  };
  const quick = options.quick === true && staysOpen;
  const client = await runClient(one, { port, ...(quick && { isEnough }) });
  const outcome = {
    client,
    requests: upstream.requests.filter(Boolean),
    upstreamReceived: upstream.received,
  };
  const [first] = readResponses(client.received, one.methods ?? [], client).responses;
  return {
    case: one,
    problems: judgeOutcome(one, expect, outcome),
    status: first?.status,
    closed: client.closed,
  };
}

/** Leaves an idle upstream connection in the proxy's pool, with bytes on it that nobody asked for. */
async function prime(one: ConformanceCase, { upstream, port }: Lane): Promise<void> {
  upstream.prime();
  const plain: ConformanceCase = { ...one, send: primingRequest, then: [], methods: ["GET"] };
  const { trickleMs: _, ...untimed } = plain;
  await runClient({ ...untimed, timeoutMs: 1_000 }, { port, isEnough: (text) => text.endsWith("ok") });
  await setTimeout(settleMs);
  upstream.forget();
  if (one.primePoison === undefined) return;
  upstream.sendUnasked(expandMacros(one.primePoison));
  await setTimeout(settleMs);
}
