import type { MonolakeError } from "@monolake/errors";
import { deferred } from "@monolake/test-kit";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { LogTarget } from "../../../src/http/access-log/log-target.ts";
import { LogWriter } from "../../../src/http/access-log/log-writer.ts";

/** A target that remembers what was appended, and that waits or fails when a test says so. */
class RecordingTarget implements LogTarget {
  readonly name = "recorded";
  readonly appended: string[] = [];
  closed = false;
  gate: Promise<void> = Promise.resolve();
  failure: Error | undefined = undefined;

  open = () => Promise.resolve();
  append = async (bytes: Buffer): Promise<void> => {
    await this.gate;
    if (this.failure !== undefined) throw this.failure;
    this.appended.push(bytes.toString("latin1"));
  };
  close = async (): Promise<void> => {
    this.closed = true;
  };
}

const problems: MonolakeError[] = [];
const onProblem = (problem: MonolakeError) => void problems.push(problem);
const codes = () => problems.map(({ code }) => code);

beforeEach(() => {
  problems.length = 0;
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

it("writes the lines of a second together", async () => {
  const target = new RecordingTarget();
  const writer = new LogWriter(target);
  writer.write("a\n");
  await vi.advanceTimersByTimeAsync(999);
  writer.write("b\xff\n");
  expect(target.appended).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(target.appended).toEqual(["a\nb\xff\n"]);
  writer.write("c\n");
  await vi.advanceTimersByTimeAsync(1000);
  expect(target.appended).toEqual(["a\nb\xff\n", "c\n"]);
  expect(vi.getTimerCount()).toBe(0);
});

it("writes 64 KiB as soon as they are there, whole lines only", async () => {
  const target = new RecordingTarget();
  const writer = new LogWriter(target, { flushMs: 60_000 });
  const line = `${"x".repeat(999)}\n`;
  for (let count = 0; count < 132; count += 1) writer.write(line);
  await vi.advanceTimersByTimeAsync(0);
  expect(target.appended.map((text) => text.length)).toEqual([65_000, 65_000]);
  await writer.flush();
  expect(target.appended.join("")).toBe(line.repeat(132));
});

it("writes a line that is longer than a batch", async () => {
  const target = new RecordingTarget();
  const writer = new LogWriter(target);
  const line = `${"y".repeat(200_000)}\n`;
  writer.write("a\n");
  writer.write(line);
  writer.write("b\n");
  await writer.flush();
  expect(target.appended.join("")).toBe(`a\n${line}b\n`);
});

it("keeps order while one write takes long, and has one under way at a time", async () => {
  const target = new RecordingTarget();
  const gate = deferred<void>();
  target.gate = gate.promise;
  const writer = new LogWriter(target);
  writer.write("a\n");
  void writer.flush();
  writer.write("b\n");
  const done = writer.flush();
  writer.write("c\n");
  expect(writer.pendingBytes).toBe(6);
  gate.resolve();
  await done;
  expect(target.appended).toEqual(["a\n", "b\n"]);
  await writer.flush();
  expect(target.appended).toEqual(["a\n", "b\n", "c\n"]);
  expect(writer.pendingBytes).toBe(0);
});

it("drops lines while too many wait, and says once how many", async () => {
  const target = new RecordingTarget();
  const gate = deferred<void>();
  target.gate = gate.promise;
  const writer = new LogWriter(target, { maxPendingBytes: 6, onProblem });
  for (const line of ["1\n", "2\n", "3\n", "4\n", "5\n"]) writer.write(line);
  const done = writer.flush();
  writer.write("6\n");
  gate.resolve();
  await done;
  expect(target.appended).toEqual(["1\n2\n3\n"]);
  expect(problems).toEqual([expect.objectContaining({ code: "ERR_ACCESS_LOG_DROPPED", lines: 3 })]);
  writer.write("7\n");
  await writer.flush();
  expect(target.appended).toEqual(["1\n2\n3\n", "7\n"]);
  expect(problems).toHaveLength(1);
});

it("goes on when writing fails, says so once, and counts what was lost when it works again", async () => {
  const target = new RecordingTarget();
  const writer = new LogWriter(target, { onProblem });
  target.failure = new Error("no space left");
  for (const line of ["1\n", "2\n"]) {
    writer.write(line);
    await writer.flush();
  }
  expect(codes()).toEqual(["ERR_ACCESS_LOG_WRITE"]);
  expect(problems[0]?.cause).toBe(target.failure);
  target.failure = undefined;
  writer.write("3\n");
  await writer.flush();
  expect(target.appended).toEqual(["3\n"]);
  expect(problems[1]).toMatchObject({ code: "ERR_ACCESS_LOG_DROPPED", lines: 2 });
});

it("writes what waits when it is disposed, then closes its target", async () => {
  const target = new RecordingTarget();
  const gate = deferred<void>();
  target.gate = gate.promise;
  const writer = new LogWriter(target);
  writer.write("a\n");
  const disposed = writer[Symbol.asyncDispose]();
  writer.write("b\n");
  expect(target.closed).toBe(false);
  gate.resolve();
  await disposed;
  expect(target.appended).toEqual(["a\n", "b\n"]);
  expect(target.closed).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

it("takes another time to wait from the next batch on", async () => {
  const target = new RecordingTarget();
  const writer = new LogWriter(target, { flushMs: 10_000 });
  writer.update({ flushMs: 5 });
  writer.write("a\n");
  await vi.advanceTimersByTimeAsync(5);
  expect(target.appended).toEqual(["a\n"]);
});
