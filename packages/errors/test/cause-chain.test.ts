import { findCause, isCausedBy } from "@monolake/errors";
import { expect, it } from "vitest";
import { DialTimeoutError, SiteNotExistError } from "./site-errors.ts";

const timeout = new DialTimeoutError({ address: "a:1", timeoutMs: 5 });

it("finds the error itself, a cause and a cause of a cause", () => {
  expect(findCause(timeout, DialTimeoutError)).toBe(timeout);
  expect(findCause(new Error("a", { cause: timeout }), DialTimeoutError)).toBe(timeout);
  expect(findCause(new Error("a", { cause: new Error("b", { cause: timeout }) }), DialTimeoutError)).toBe(
    timeout,
  );
});

it("finds the nearest one", () => {
  const near = new DialTimeoutError({ address: "b:1", timeoutMs: 6, cause: timeout });
  expect(findCause(new Error("a", { cause: near }), DialTimeoutError)).toBe(near);
});

it("looks at the errors of an aggregate and then at its cause", () => {
  const gathered = new AggregateError([new Error("a"), new Error("b", { cause: timeout })]);
  expect(findCause(gathered, DialTimeoutError)).toBe(timeout);
  const withCause = new AggregateError([new Error("a")], "all failed", { cause: timeout });
  expect(findCause(withCause, DialTimeoutError)).toBe(timeout);
});

it("finds nothing where nothing is", () => {
  expect(findCause(timeout, SiteNotExistError)).toBeUndefined();
  expect(isCausedBy(timeout, SiteNotExistError)).toBe(false);
  for (const thrown of [undefined, null, "text", 5, { cause: 1 }, { errors: [1] }]) {
    expect(isCausedBy(thrown, Error)).toBe(false);
  }
});

it("ends for chains that close on themselves", () => {
  const first = new Error("first");
  first.cause = new AggregateError([first], "second", { cause: first });
  expect(isCausedBy(first, AggregateError)).toBe(true);
  expect(isCausedBy(first, DialTimeoutError)).toBe(false);
});
