import { Agent, request } from "node:http";

/** What became of the requests of a load. */
export interface LoadResult {
  readonly requests: number;
  /** Not answered with 200 and the right body, with how often. */
  readonly failures: ReadonlyMap<string, number>;
  readonly failed: number;
}

/** Who asks. */
export interface LoadOptions {
  readonly port: number;
  readonly durationMs: number;
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
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const endMs = performance.now() + options.durationMs;
  const failures = new Map<string, number>();
  let requests = 0;
  const client = async (agent: Agent) => {
    while (performance.now() < endMs) {
      requests += 1;
      const failure = await ask(options, agent);
      if (failure !== undefined) failures.set(failure, (failures.get(failure) ?? 0) + 1);
    }
    agent.destroy();
  };
  const clients = (count: number, keepAlive: boolean) =>
    Array.from({ length: count }, () => client(new Agent({ keepAlive, maxSockets: 1 })));
  await Promise.all([...clients(options.keepAlive, true), ...clients(options.newConnections ?? 0, false)]);
  const failed = [...failures.values()].reduce((sum, count) => sum + count, 0);
  return { requests, failures, failed };
}

/** Why a request failed; undefined when it did not. */
function ask(
  { port, path: pathOf = "/", expect = () => true, onLatency }: LoadOptions,
  agent: Agent,
): Promise<string | undefined> {
  const path = typeof pathOf === "string" ? pathOf : pathOf();
  const startMs = performance.now();
  return new Promise((resolve) => {
    const asking = request({ host: "127.0.0.1", port, path, agent }, (response) => {
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
        return resolve(ask({ port, path, expect, durationMs: 0, keepAlive: 0 }, agent));
      resolve(`request ${error.code}`);
    });
    asking.end();
  });
}
