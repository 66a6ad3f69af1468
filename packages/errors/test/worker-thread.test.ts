import { once } from "node:events";
import { Worker } from "node:worker_threads";
import {
  type ErrorData,
  findCause,
  isCausedBy,
  MonolakeError,
  RevivedError,
  reviveError,
} from "@monolake/errors";
import { afterAll, beforeAll, expect, it } from "vitest";
import { DialTimeoutError, SiteNotExistError } from "./site-errors.ts";

let worker: Worker;

beforeAll(() => {
  worker = new Worker(new URL("./failing-worker.ts", import.meta.url), {
    execArgv: ["--conditions=@monolake/source"],
  });
});

afterAll(() => worker.terminate());

async function failureOf(name: string): Promise<{ data: ErrorData; error: Error }> {
  const reply = once(worker, "message");
  worker.postMessage(name);
  const [data] = (await reply) as [ErrorData];
  return { data, error: reviveError(data) };
}

it("gives back the class, the message, the stack and the fields of an error that crossed a thread", async () => {
  const { error } = await failureOf("site");
  expect(error).toBeInstanceOf(SiteNotExistError);
  expect(error).toBeInstanceOf(MonolakeError);
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toBeInstanceOf(DialTimeoutError);
  expect(error).toMatchObject({
    name: "SiteNotExistError",
    code: "ERR_TEST_SITE_NOT_EXIST",
    source: "internal",
    retryable: false,
    site: "proxy",
    message: "site proxy does not exist",
  });
  expect(error.stack).toMatch(/^SiteNotExistError: site proxy does not exist\n/);
  expect(error.stack).toContain("failing-worker.ts");
});

it("gives back the chain of causes with their classes and Node's own codes", async () => {
  const { error } = await failureOf("site");
  const timeout = findCause(error, DialTimeoutError);
  expect(timeout).toMatchObject({
    address: "10.0.0.1:80",
    timeoutMs: 250,
    retryable: true,
    source: "upstream",
  });
  expect(isCausedBy(error, DialTimeoutError)).toBe(true);
  expect(timeout?.cause).toBeInstanceOf(Error);
  expect(timeout?.cause).not.toBeInstanceOf(MonolakeError);
  expect(timeout?.cause).toMatchObject({ message: "connect ETIMEDOUT", code: "ETIMEDOUT", errno: -110 });
});

it("gives a generic error of the same code when the class is not loaded here", async () => {
  const { error } = await failureOf("unknown");
  expect(error).toBeInstanceOf(RevivedError);
  expect(error).toBeInstanceOf(MonolakeError);
  expect(error).toMatchObject({
    name: "WorkerOnlyError",
    code: "ERR_TEST_WORKER_ONLY",
    source: "downstream",
    retryable: true,
    count: 3,
    message: "only the worker knows this, 3 times",
  });
});

it("gives back every error of an aggregate, and members that were none", async () => {
  const { error } = await failureOf("aggregate");
  expect(error).toBeInstanceOf(AggregateError);
  const { errors } = error as AggregateError;
  expect(errors).toHaveLength(3);
  expect(errors[0]).toBeInstanceOf(DialTimeoutError);
  expect(errors[1]).toBeInstanceOf(TypeError);
  expect(errors[2]).toBe("text");
  expect(isCausedBy(error, TypeError)).toBe(true);
});

it("gives back thrown text as the cause of an error", async () => {
  const { error } = await failureOf("text");
  expect(error.message).toBe("a value that is no error was thrown: just text");
  expect(error.cause).toBe("just text");
});
