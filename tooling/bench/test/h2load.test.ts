import { createServer, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { portAccepts } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { h2loadArguments, missingH2load, runH2load } from "../src/h2load.ts";
import {
  compileLoadProgram,
  countErrors,
  expectedBody,
  findCompiler,
  type LoadMeasurement,
  type LoadOptions,
} from "../src/load-program.ts";
import { findUpstreamPort } from "../src/upstream-port.ts";

const missing =
  missingH2load() ?? (findCompiler() === undefined ? "needs a C compiler, not installed" : undefined);
const usual = {
  protocol: "h2c",
  connections: 2,
  depth: 4,
  bodyBytes: 1024,
  warmupMs: 50,
  measureMs: 250,
} as const;

interface SkippableTest {
  readonly skip: (note?: string) => never;
}

/** Runs h2load against a server of HTTP/2 in this process, with the load program's upstream beside. */
async function load(
  test: SkippableTest,
  answer: (stream: ServerHttp2Stream, upstreamPort: number) => void,
  options: Partial<LoadOptions> = {},
): Promise<{ readonly result: LoadMeasurement; readonly upstreamPort: number }> {
  if (missing !== undefined) test.skip(missing);
  const upstreamPort = await findUpstreamPort();
  const server = createServer();
  server.on("stream", (stream: ServerHttp2Stream) => {
    stream.on("error", () => {});
    answer(stream, upstreamPort);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { port: proxyPort } = server.address() as AddressInfo;
    const result = await runH2load(await compileLoadProgram(), {
      ...usual,
      proxyPort,
      upstreamPort,
      watchedProcesses: [process.pid],
      ...options,
    });
    return { result, upstreamPort };
  } finally {
    server.close();
  }
}

describe("h2load as the load", () => {
  it("is asked for cleartext or TLS, connections, streams and a time that has room for the measured one", () => {
    const options = { ...usual, proxyPort: 8443, connections: 8, depth: 16, warmupMs: 600, measureMs: 1200 };
    const plain = h2loadArguments(options, "/tmp/log");
    expect(plain).toEqual(
      expect.arrayContaining([
        "--threads=1",
        "--clients=8",
        "--max-concurrent-streams=16",
        "--duration=2100ms",
        "--log-file=/tmp/log",
        "http://127.0.0.1:8443/items/0000000000000000?fields=name,price",
      ]),
    );
    const secure = h2loadArguments({ ...options, protocol: "h2" }, "/tmp/log");
    expect(secure.at(-1)).toMatch(/^https:\/\/127\.0\.0\.1:8443\//);
    expect(() => h2loadArguments({ ...options, protocol: "ttheader" }, "/tmp/log")).toThrow('"ttheader"');
  });

  it("measures answers, latencies and processor times of the same time", async (test) => {
    const body = expectedBody(1024);
    const { result, upstreamPort } = await load(test, (stream) => {
      stream.respond();
      stream.end(body);
    });
    expect(countErrors(result.errors)).toBe(0);
    expect(result.answers).toBeGreaterThan(0);
    expect(result.elapsedNs).toBeGreaterThanOrEqual(248e6);
    expect(result.latencyNs.p99).toBeGreaterThanOrEqual(result.latencyNs.p50);
    expect(result.watchedProcessorNs).toBeGreaterThan(0);
    expect(result.loadProcessorNs).toBeGreaterThan(0);
    expect(result.loadSleeps).toBe(true);
    await expect(portAccepts(upstreamPort)).rejects.toThrow("ECONNREFUSED");
  });

  it("has the load program for an upstream, with bodies of the asked length", async (test) => {
    const { result } = await load(
      test,
      (stream, upstreamPort) => {
        fetch(`http://127.0.0.1:${upstreamPort}/items/0123456789abcdef`).then(
          async (answer) => {
            const body = Buffer.from(await answer.arrayBuffer());
            // h2load leaves when its time is over, with streams in progress.
            if (stream.destroyed) return;
            stream.respond({ ":status": answer.status });
            stream.end(body);
          },
          () => stream.destroy(),
        );
      },
      { bodyBytes: 300 },
    );
    expect(result.answers).toBeGreaterThan(0);
    expect(countErrors(result.errors)).toBe(0);
  });

  it("counts answers that are not 2xx, streams that are reset, and bodies that are too short", async (test) => {
    let count = 0;
    const { result } = await load(test, (stream) => {
      count += 1;
      if (count % 5 === 1) return stream.close(2);
      stream.respond({ ":status": count % 5 === 2 ? 503 : 200 });
      stream.end("short");
    });
    expect(result.errors.notOk).toBeGreaterThan(0);
    expect(result.errors.broken).toBeGreaterThan(0);
    expect(result.errors.wrongBody).toBeGreaterThan(0);
  });

  it("fails with h2load's words where nobody speaks HTTP/2", async (test) => {
    const failing = load(test, () => {}, { proxyPort: await findUpstreamPort() });
    await expect(failing).rejects.toThrow(/ended.*before its output matched[\s\S]*0 succeeded/);
  });
});
