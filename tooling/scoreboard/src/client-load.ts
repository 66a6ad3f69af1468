import { Agent, request } from "node:http";
import { request as requestSecurely, Agent as SecureAgent } from "node:https";
import { setTimeout } from "node:timers/promises";

/** What became of the requests of a load. */
export interface LoadResult {
  readonly requests: number;
  /** Not answered with 200 and the right body, with how often. */
  readonly failures: ReadonlyMap<string, number>;
  readonly failed: number;
}

/** With how long they took. */
export interface TimedLoadResult extends LoadResult {
  /** 99 of 100 answers came within this time. */
  readonly p99Ms: number;
}

/** Who asks. */
export interface LoadOptions {
  readonly port: number;
  readonly durationMs: number;
  /** Asks over TLS, for localhost; who may have issued its certificate, as PEM. Left out: in clear. */
  readonly ca?: string;
  /** Between two requests of a client. Default 0. */
  readonly pauseMs?: number;
  /** Ends the load before its time. */
  readonly signal?: AbortSignal;
  /** Clients that keep their connection. */
  readonly keepAlive: number;
  /** Clients that open a new connection for every request. */
  readonly newConnections?: number;
  /** Of each request; a function is called for every one. */
  readonly path?: string | (() => string);
  /** Whether a body is right, for a request of this path. */
  readonly expect?: (body: string, path: string) => boolean;
  /** Hears how long each answer took. */
  readonly onLatency?: (path: string, latencyMs: number) => void;
}

/** Asks in closed loops until the time is over. */
export async function runLoad(options: LoadOptions): Promise<TimedLoadResult> {
  const endMs = performance.now() + options.durationMs;
  const failures = new Map<string, number>();
  const latenciesMs: number[] = [];
  let requests = 0;
  const client = async (agent: Agent) => {
    while (performance.now() < endMs && options.signal?.aborted !== true) {
      requests += 1;
      const startMs = performance.now();
      const failure = await ask(options, agent);
      latenciesMs.push(performance.now() - startMs);
      if (failure !== undefined) failures.set(failure, (failures.get(failure) ?? 0) + 1);
      if (options.pauseMs !== undefined) await setTimeout(options.pauseMs);
    }
    agent.destroy();
  };
  const clients = (count: number, keepAlive: boolean) =>
    Array.from({ length: count }, () => client(agentFor(options, keepAlive)));
  await Promise.all([...clients(options.keepAlive, true), ...clients(options.newConnections ?? 0, false)]);
  const failed = [...failures.values()].reduce((sum, count) => sum + count, 0);
  latenciesMs.sort((a, b) => a - b);
  const p99Ms = latenciesMs[Math.floor(latenciesMs.length * 0.99)] ?? 0;
  return { requests, failures, failed, p99Ms };
}

const agentFor = ({ ca }: LoadOptions, keepAlive: boolean): Agent =>
  ca === undefined
    ? new Agent({ keepAlive, maxSockets: 1 })
    : new SecureAgent({ keepAlive, maxSockets: 1, ca, servername: "localhost" });

/** Why a request failed; undefined when it did not. */
function ask(
  { port, ca, path: pathOf = "/", expect = () => true, onLatency }: LoadOptions,
  agent: Agent,
): Promise<string | undefined> {
  const path = typeof pathOf === "string" ? pathOf : pathOf();
  const startMs = performance.now();
  return new Promise((resolve) => {
    const send = ca === undefined ? request : requestSecurely;
    const asking = send({ host: "127.0.0.1", port, path, agent }, (response) => {
      let body = "";
      response.setEncoding("latin1");
      response.on("data", (part: string) => {
        body += part;
      });
      response.on("end", () => {
        onLatency?.(path, performance.now() - startMs);
        if (response.statusCode !== 200) resolve(`status ${response.statusCode}`);
        else resolve(expect(body, path) ? undefined : `body ${body.slice(0, 40)}`);
      });
      response.on("error", (error: NodeJS.ErrnoException) => resolve(`response ${error.code}`));
    });
    asking.on("error", (error: NodeJS.ErrnoException) => {
      // node:http's own race: the kept connection was closed before a byte was sent or answered; a browser asks again.
      if (error.code === "ECONNRESET" && asking.reusedSocket)
        return resolve(
          ask({ port, path, expect, durationMs: 0, keepAlive: 0, ...(ca !== undefined && { ca }) }, agent),
        );
      resolve(`request ${error.code}`);
    });
    asking.end();
  });
}
