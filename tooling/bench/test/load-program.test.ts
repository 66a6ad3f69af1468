import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { describe, expect, it } from "vitest";
import {
  compileLoadProgram,
  countErrors,
  expectedBody,
  findCompiler,
  type LoadOptions,
  type LoadResult,
  runLoad,
} from "../src/load-program.ts";
import { findUpstreamPort } from "../src/upstream-port.ts";
import { type Faults, startFaultyProxy } from "./fixtures/faulty-proxy.ts";

const withoutCompiler =
  findCompiler() === undefined ? "needs a C compiler, not installed on this machine" : undefined;

interface SkippableTest {
  readonly skip: (note?: string) => never;
}

async function load(
  test: SkippableTest,
  options: Partial<LoadOptions> & { readonly proxyPort: number },
): Promise<LoadResult> {
  if (withoutCompiler !== undefined) test.skip(withoutCompiler);
  const program = await compileLoadProgram();
  return runLoad(program, { connections: 4, bodyBytes: 1024, warmupMs: 50, measureMs: 250, ...options });
}

/** Runs the load through a proxy in this process, with the load program's own upstream behind. */
async function loadThroughProxy(test: SkippableTest, faults: Faults, options: Partial<LoadOptions> = {}) {
  const upstreamPort = await findUpstreamPort();
  await using proxy = await startFaultyProxy(upstreamPort, faults);
  const result = await load(test, { proxyPort: proxy.port, upstreamPort, ...options });
  return { result, requests: proxy.requests };
}

/** Runs the load against an HTTP server in this process, without an upstream. */
async function loadServer(
  test: SkippableTest,
  listener: RequestListener,
  options: Partial<LoadOptions> = {},
) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await load(test, { proxyPort: (server.address() as AddressInfo).port, ...options });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const flippedAt = (body: Buffer, index: number): Buffer => {
  const changed = Buffer.from(body);
  changed[index] = (changed[index] as number) ^ 1;
  return changed;
};

describe("the load program", () => {
  it("counts the same requests as the proxy and the upstream", async (test) => {
    const { result, requests } = await loadThroughProxy(test, {});
    expect(result.total.sent).toBe(requests);
    expect(result.total.answered).toBe(requests);
    expect(result.total.served).toBe(requests);
    expect(countErrors(result.errors)).toBe(0);
    expect(result.answers).toBeGreaterThan(0);
    expect(result.answers).toBeLessThan(requests);
  });

  it("measures about as long as it was told, and orders its percentiles", async (test) => {
    const { result } = await loadThroughProxy(test, {});
    expect(result.elapsedNs).toBeGreaterThanOrEqual(250e6);
    expect(result.latencyNs.p50).toBeGreaterThan(0);
    expect(result.latencyNs.p99).toBeGreaterThanOrEqual(result.latencyNs.p50);
    expect(result.latencyNs.max).toBeGreaterThanOrEqual(result.latencyNs.p99);
  });

  it("sees the processor time of the process that it watches", async (test) => {
    const { result } = await loadThroughProxy(test, {}, { watchedProcesses: [process.pid] });
    expect(result.watchedProcessorNs).toBeGreaterThan(10e6);
    expect(result.loadProcessorNs).toBeGreaterThan(1e6);
    expect(result.loadProcessorNs).toBeLessThanOrEqual(result.elapsedNs * 1.05);
  });

  it("takes large bodies on many connections", async (test) => {
    const { result } = await loadThroughProxy(test, {}, { bodyBytes: 300_000, connections: 100 });
    expect(countErrors(result.errors)).toBe(0);
    expect(result.total.served).toBe(result.total.answered);
    expect(result.total.answered).toBeGreaterThanOrEqual(100);
  });

  it("takes answers without a body", async (test) => {
    const { result } = await loadThroughProxy(test, {}, { bodyBytes: 0 });
    expect(countErrors(result.errors)).toBe(0);
  });

  it("needs no upstream where a server answers with the body that it expects", async (test) => {
    const body = expectedBody(1024);
    let requests = 0;
    const result = await loadServer(test, (request, response) => {
      requests += 1;
      response.setHeader("x-item", /^\/items\/(\w{16})\?/.exec(request.url ?? "")?.[1] ?? "none");
      response.end(body);
    });
    expect(result.total).toEqual({ sent: requests, answered: requests, served: 0 });
    expect(countErrors(result.errors)).toBe(0);
  });

  it("counts every body with one changed byte, wherever it is", async (test) => {
    const { result, requests } = await loadThroughProxy(test, {
      changeBody: (body, count) => flippedAt(body, (count * 37) % body.length),
    });
    expect(result.errors).toMatchObject({ wrongBody: requests, notOk: 0, wrongAnswer: 0 });
  });

  it("counts just the bodies that were changed", async (test) => {
    let changed = 0;
    const { result } = await loadThroughProxy(test, {
      changeBody: (body, count) => {
        if (count % 10 !== 3) return body;
        changed += 1;
        return flippedAt(body, body.length - 1);
      },
    });
    expect(changed).toBeGreaterThan(0);
    expect(result.errors.wrongBody).toBe(changed);
    expect(countErrors(result.errors)).toBe(changed);
  });

  it("counts bodies that are too short, too long, or have two chunks swapped", async (test) => {
    const { result, requests } = await loadThroughProxy(test, {
      changeBody: (body, count) =>
        [
          body.subarray(1),
          Buffer.concat([body, Buffer.of(0)]),
          Buffer.concat([body.subarray(512), body.subarray(0, 512)]),
        ][count % 3] as Buffer,
    });
    expect(result.errors.wrongBody).toBe(requests);
  });

  it("counts answers that are not 2xx", async (test) => {
    let refused = 0;
    const { result } = await loadThroughProxy(test, {
      changeStatus: (status, count) => {
        if (count % 4 !== 1) return status;
        refused += 1;
        return 502;
      },
    });
    expect(refused).toBeGreaterThan(0);
    expect(result.errors).toMatchObject({ notOk: refused, wrongBody: 0 });
  });

  it("counts answers that belong to another request", async (test) => {
    const { result, requests } = await loadThroughProxy(test, {
      changeId: (id) => [...id].reverse().join(""),
    });
    // An id may be the same from both ends.
    expect(result.errors.wrongAnswer).toBeGreaterThan(requests / 2);
  });

  it("counts connections that end before the answer does", async (test) => {
    let count = 0;
    let cut = 0;
    const body = expectedBody(1024);
    const result = await loadServer(test, (request, response) => {
      response.setHeader("x-item", request.url?.slice(7, 23) ?? "");
      count += 1;
      if (count % 5 !== 0) return void response.end(body);
      cut += 1;
      response.setHeader("content-length", body.length);
      response.write(body.subarray(0, 100));
      setImmediate(() => response.destroy());
    });
    expect(cut).toBeGreaterThan(0);
    expect(result.errors.broken).toBe(cut);
    expect(result.total.answered).toBe(result.total.sent - cut);
  });

  it("connects again where the server asks for it, and counts no error", async (test) => {
    const body = expectedBody(1024);
    const result = await loadServer(test, (request, response) => {
      response.setHeader("x-item", request.url?.slice(7, 23) ?? "");
      response.shouldKeepAlive = false;
      response.end(body);
    });
    expect(result.total.answered).toBeGreaterThan(4);
    expect(countErrors(result.errors)).toBe(0);
  });

  it("says which port does not answer", async (test) => {
    const server = createTcpServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    await expect(load(test, { proxyPort: port })).rejects.toThrow(
      `load: cannot connect to port ${port}: Connection refused`,
    );
  });

  it("refuses to watch a process that does not exist", async (test) => {
    await expect(loadThroughProxy(test, {}, { watchedProcesses: [2 ** 30] })).rejects.toThrow("has ended");
  });
});

describe("the expected body", () => {
  it("follows from the place of each byte alone, and does not repeat soon", () => {
    const body = expectedBody(65_536);
    expect(expectedBody(100)).toEqual(body.subarray(0, 100));
    for (const distance of [1, 64, 256, 1024, 4096, 16_384, 32_768]) {
      expect(body.subarray(distance, distance + 64).equals(body.subarray(0, 64))).toBe(false);
    }
  });
});
