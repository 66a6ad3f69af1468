import { connect, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";

/** What a steady load saw. */
export interface SteadyResult {
  readonly requests: number;
  /** Not answered whole with 200. */
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Who asks, and how often. */
export interface SteadyLoadOptions {
  readonly port: number;
  /** Connections that are kept, each with one request at a time. */
  readonly connections: number;
  /** Of one connection, from request to request; a late answer does not move the next one. */
  readonly intervalMs: number;
  readonly path?: string;
}

/** Asks at a steady pace that does not depend on the answers, until it is stopped. */
function startSteadyLoad(options: SteadyLoadOptions): () => Promise<SteadyResult> {
  const stopping = new AbortController();
  const latencies: number[] = [];
  let requests = 0;
  let failed = 0;
  const countsFromMs = performance.now() + uncountedMs;
  const clients = Array.from({ length: options.connections }, async (_, index) => {
    const { port, intervalMs, path = "/" } = options;
    let client = new Asker(port, path);
    const startMs = performance.now() + (index / options.connections) * intervalMs;
    for (let count = 0; !stopping.signal.aborted; count += 1) {
      const dueMs = startMs + count * intervalMs;
      // A timer may come a little early.
      for (let nowMs = performance.now(); nowMs < dueMs; nowMs = performance.now())
        await setTimeout(dueMs - nowMs);
      const outcome = await client.ask();
      requests += 1;
      if (outcome === "failed") failed += 1;
      else if (dueMs >= countsFromMs) latencies.push(performance.now() - dueMs);
      if (outcome === "kept") continue;
      client.close();
      client = new Asker(port, path);
    }
    client.close();
  });
  return async () => {
    stopping.abort();
    await Promise.all(clients);
    latencies.sort((a, b) => a - b);
    const at = (share: number): number =>
      latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))] ?? Number.NaN;
    return {
      requests,
      failed,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      maxMs: at(1),
    };
  };
}

const timeoutMs = 20_000;
/** At first this program itself is slow, all of whose connections open at once while V8 compiles it; lost requests count from the start. */
const uncountedMs = 1_000;
/** Where this load comes from: so that a look at the proxy's connections can tell it from others. */
export const steadyLoadAddress = "127.0.0.2";

/** How an answer came, and whether its connection is kept. */
type Outcome = "kept" | "closing" | "failed";

/** One connection that asks for one path, one request at a time. */
class Asker {
  readonly #socket: Socket;
  readonly #request: string;
  #answer = "";
  #settle: (outcome: Outcome) => void = () => {};

  constructor(port: number, path: string) {
    this.#request = `GET ${path} HTTP/1.1\r\nHost: steady\r\n\r\n`;
    this.#socket = connect({ port, host: "127.0.0.1", localAddress: steadyLoadAddress, noDelay: true });
    this.#socket.setEncoding("latin1");
    this.#socket.setTimeout(timeoutMs, () => this.#socket.destroy());
    this.#socket.on("data", (part: string) => this.#received(part));
    this.#socket.on("error", () => {});
    this.#socket.on("close", () => this.#settle("failed"));
  }

  ask(): Promise<Outcome> {
    this.#answer = "";
    return new Promise((resolve) => {
      this.#settle = resolve;
      if (this.#socket.destroyed) resolve("failed");
      else this.#socket.write(this.#request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #received(part: string): void {
    this.#answer += part;
    const headEnd = this.#answer.indexOf("\r\n\r\n");
    if (headEnd === -1) return;
    const head = this.#answer.slice(0, headEnd);
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (this.#answer.length < headEnd + 4 + length) return;
    if (!head.startsWith("HTTP/1.1 200 ")) this.#settle("failed");
    else this.#settle(/\r\nconnection: close/i.test(head) ? "closing" : "kept");
  }
}

// The program: asks until its parent says stop, and tells it what came of it.
if (process.send !== undefined) {
  const stop = startSteadyLoad(JSON.parse(process.argv[2] ?? "") as SteadyLoadOptions);
  process.once("message", async () => {
    process.send?.(await stop());
    process.disconnect?.();
  });
}
