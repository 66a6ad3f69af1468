import { createTextSource } from "@monolake/config";
import { freePort } from "@monolake/test-kit";
import { type Logger, pino } from "pino";
import { type RunningProxy, runProxy } from "../../src/run/run-proxy.ts";

/** A proxy of the test's own, in worker threads of this process. */
export interface TestProxy extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly address: { readonly host: string; readonly port: number };
  readonly origin: string;
  readonly proxy: RunningProxy;
  /** Puts this in the place of what {@link startProxyOf} was given, and waits until it is in force. */
  readonly change: (server: string) => Promise<void>;
  /** What it logged so far. */
  readonly log: readonly Record<string, unknown>[];
}

/** What a test proxy is made of. */
export interface TestProxyOptions {
  /** Everything of `[servers.test]` behind name, type and listener, and further tables. */
  readonly server: string;
  readonly workers?: number;
}

/** Starts a proxy with one HTTP server on a free port of 127.0.0.1. */
export const startProxy = ({ server, workers }: TestProxyOptions): Promise<TestProxy> =>
  startProxyOf(`proxy_type = "http"\n${server}`, workers);

/** Starts a proxy with one server of any type; `server` is all of its table but name and listener. */
export async function startProxyOf(server: string, workers = 1): Promise<TestProxy> {
  const port = await freePort();
  const textOf = (table: string) => `
[runtime]
worker_threads = ${workers}

[servers.test]
name = "test"
listener = { type = "socket", value = "127.0.0.1:${port}" }
${table}`;
  const log: Record<string, unknown>[] = [];
  const source = createTextSource(textOf(server), "test.toml");
  const proxy = await runProxy(source, {
    logger: recordingLogger(log),
    logLevel: "debug",
    graceMs: 0,
  });
  const address = { host: "127.0.0.1", port };
  return {
    ...address,
    address,
    origin: `http://127.0.0.1:${port}`,
    proxy,
    log,
    async change(table) {
      source.set(textOf(table));
      const { type } = await proxy.reload();
      if (type !== "applied" && type !== "unchanged")
        throw new Error(`the configuration was not taken: ${type}`);
    },
    [Symbol.asyncDispose]: () => proxy.close(),
  };
}

function recordingLogger(log: Record<string, unknown>[]): Logger {
  return pino({ level: "debug" }, { write: (line: string) => void log.push(JSON.parse(line)) });
}

/** Routes that send everything to one URI. */
export const everythingTo = (uri: string, more = ""): string => `
[[servers.test.routes]]
path = "/"
upstreams = [{ endpoint = { type = "uri", value = "${uri}" } }]
${more}
[[servers.test.routes]]
path = "/{*path}"
upstreams = [{ endpoint = { type = "uri", value = "${uri}" } }]
${more}`;
