import { describe, expect, it } from "vitest";
import {
  compileLoadProgram,
  countErrors,
  findCompiler,
  type LoadOptions,
  runLoad,
} from "../src/load-program.ts";
import { findUpstreamPort } from "../src/upstream-port.ts";
import { type ChangeAnswer, startFaultyThriftProxy } from "./fixtures/thrift-proxy.ts";

interface SkippableTest {
  readonly skip: (note?: string) => never;
}

async function loadThroughProxy(
  test: SkippableTest,
  options: Partial<LoadOptions>,
  changeAnswer?: ChangeAnswer,
) {
  if (findCompiler() === undefined) test.skip("needs a C compiler, not installed on this machine");
  const upstreamPort = await findUpstreamPort();
  await using proxy = await startFaultyThriftProxy(upstreamPort, changeAnswer);
  const result = await runLoad(await compileLoadProgram(), {
    protocol: "framed",
    connections: 4,
    bodyBytes: 128,
    warmupMs: 50,
    measureMs: 250,
    proxyPort: proxy.port,
    upstreamPort,
    ...options,
  });
  return { result, calls: proxy.calls };
}

const flippedAt = (frame: Buffer, index: number): Buffer => {
  frame[index] = (frame[index] as number) ^ 1;
  return frame;
};

/** Where the message's sequence id is in a framed answer: behind length, version, and the name `echo` with its length. */
const sequenceAt = 4 + 4 + 4 + 4;
const typeAt = 7;

describe.each(["framed", "ttheader"] as const)("the load program with %s calls", (protocol) => {
  it.for([1, 16])(
    "counts the same calls as the proxy and the upstream, %i in flight",
    async (depth, test) => {
      const { result, calls } = await loadThroughProxy(test, { protocol, depth });
      expect(result.total).toEqual({ sent: calls, answered: calls, served: calls });
      expect(countErrors(result.errors)).toBe(0);
      expect(result.answers).toBeGreaterThan(0);
      expect(result.latencyNs.p99).toBeGreaterThanOrEqual(result.latencyNs.p50);
    },
  );

  it("takes large bodies with many calls in flight", async (test) => {
    const { result } = await loadThroughProxy(test, {
      protocol,
      bodyBytes: 100_000,
      connections: 20,
      depth: 16,
    });
    expect(countErrors(result.errors)).toBe(0);
    expect(result.total.served).toBe(result.total.answered);
    expect(result.total.answered).toBeGreaterThanOrEqual(20 * 16);
  });

  it("counts answers with one changed byte", async (test) => {
    let changed = 0;
    const { result } = await loadThroughProxy(test, { protocol, depth: 4 }, (frame, count) => {
      if (count % 10 !== 3) return [frame];
      changed += 1;
      return [flippedAt(frame, frame.length - 1 - (count % 128))];
    });
    expect(changed).toBeGreaterThan(0);
    expect(result.errors.wrongBody).toBe(changed);
    expect(countErrors(result.errors)).toBe(changed);
  });
});

describe("the load program with Thrift calls", () => {
  it("takes answers in any order", async (test) => {
    let held: Buffer | undefined;
    const { result } = await loadThroughProxy(test, { connections: 1, depth: 4 }, (frame, count) => {
      if (count === 0) return [frame]; // the one call that is made before all the others
      const before = held;
      held = before === undefined ? frame : undefined;
      return before === undefined ? [] : [frame, before];
    });
    expect(result.answers).toBeGreaterThan(0);
    expect(countErrors({ ...result.errors, unanswered: 0 })).toBe(0);
  });

  it("counts answers to calls that nobody has made", async (test) => {
    let changed = 0;
    const { result } = await loadThroughProxy(test, {}, (frame, count) => {
      if (count % 7 !== 6) return [frame];
      changed += 1;
      return [flippedAt(frame, sequenceAt)];
    });
    expect(changed).toBeGreaterThan(0);
    expect(result.errors.wrongAnswer).toBe(changed);
  });

  it("counts answers that come twice", async (test) => {
    const { result } = await loadThroughProxy(test, {}, (frame, count) =>
      count % 9 === 8 ? [frame, frame] : [frame],
    );
    expect(result.errors.wrongAnswer + result.errors.malformed).toBeGreaterThan(0);
  });

  it("counts exceptions", async (test) => {
    let changed = 0;
    const { result } = await loadThroughProxy(test, {}, (frame, count) => {
      if (count % 5 !== 4) return [frame];
      changed += 1;
      frame[typeAt] = 3;
      return [frame];
    });
    expect(changed).toBeGreaterThan(0);
    expect(result.errors.notOk).toBe(changed);
    expect(countErrors(result.errors)).toBe(changed);
  });

  it("counts answers of another method, and other protocols, as malformed", async (test) => {
    const { result } = await loadThroughProxy(test, {}, (frame, count) =>
      count % 5 === 4 ? [flippedAt(frame, sequenceAt - 1)] : [frame],
    );
    expect(result.errors.malformed).toBeGreaterThan(0);
    const other = await loadThroughProxy(test, { protocol: "ttheader" }, (frame, count) =>
      count % 5 === 4 ? [flippedAt(frame, 4)] : [frame],
    );
    expect(other.result.errors.malformed).toBeGreaterThan(0);
  });

  it("refuses more calls in flight than it can tell apart, and any with HTTP", async (test) => {
    await expect(loadThroughProxy(test, { depth: 65 })).rejects.toThrow("--depth must be from 1 to 64");
    await expect(loadThroughProxy(test, { protocol: "http", depth: 2 })).rejects.toThrow(
      "--depth must be from 1 to 1",
    );
  });
});
