// What the Canceller of the original does, done with a Cancellation.
import { Cancellation, CancelledError } from "@monolake/service-async";
import { expect, it, vi } from "vitest";
import { cancelOnDispose } from "../../src/common/index.ts";

/** A waiter as a promise. */
const cancelled = (cancellation: Cancellation) =>
  new Promise<unknown>((resolve) => cancellation.onCancel(resolve));

it("wakes every waiter when it is cancelled", async () => {
  const cancellation = new Cancellation();
  const waiters = [cancelled(cancellation), cancelled(cancellation), cancelled(cancellation.child())];
  cancellation.cancel("stop");
  expect(await Promise.all(waiters)).toEqual(["stop", "stop", "stop"]);
});

it("lets waiters that come after it go at once", async () => {
  const cancellation = new Cancellation();
  cancellation.cancel();
  expect(await cancelled(cancellation)).toBeInstanceOf(CancelledError);
});

it("tells without waiting whether it was cancelled", () => {
  const cancellation = new Cancellation();
  const waiter = cancellation.child();
  expect([cancellation.cancelled, waiter.cancelled]).toEqual([false, false]);
  cancellation.cancel();
  expect([cancellation.cancelled, waiter.cancelled]).toEqual([true, true]);
});

it("wakes waiters once, however often it is cancelled", () => {
  const cancellation = new Cancellation();
  const waiter = vi.fn();
  cancellation.onCancel(waiter);
  cancellation.cancel(1);
  cancellation.cancel(2);
  expect(waiter).toHaveBeenCalledExactlyOnceWith(1);
});

it("forgets waiters that left, and reaches the others", () => {
  const cancellation = new Cancellation();
  const waiters = Array.from({ length: 8 }, () => vi.fn());
  const leave = waiters.map((waiter) => cancellation.onCancel(waiter));
  for (const index of [0, 3, 7]) leave[index]?.();
  const late = vi.fn();
  cancellation.onCancel(late);
  cancellation.cancel();
  expect(waiters.map((waiter) => waiter.mock.calls.length)).toEqual([0, 1, 1, 0, 1, 1, 1, 0]);
  expect(late).toHaveBeenCalledOnce();
});

it("is cancelled by the end of a block that holds its dropper", () => {
  const cancellation = new Cancellation();
  const waiter = vi.fn();
  cancellation.onCancel(waiter);
  {
    using _ = cancelOnDispose(cancellation, "dropped");
    expect(waiter).not.toHaveBeenCalled();
  }
  expect(waiter).toHaveBeenCalledExactlyOnceWith("dropped");
});

it("is cancelled by its dropper also when the block throws", () => {
  const cancellation = new Cancellation();
  const work = () => {
    using _ = cancelOnDispose(cancellation);
    throw new Error("broke");
  };
  expect(work).toThrow("broke");
  expect(cancellation.cancelled).toBe(true);
});

it("does not cancel by being detached: waiters wait on, as when a plain canceller is dropped", () => {
  const cancellation = new Cancellation();
  const waiter = vi.fn();
  {
    using child = cancellation.child();
    child.onCancel(waiter);
  }
  cancellation.cancel();
  expect(waiter).not.toHaveBeenCalled();
});
