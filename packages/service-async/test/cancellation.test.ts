import { getEventListeners, once } from "node:events";
import { Cancellation, CancelledError } from "@monolake/service-async";
import { describe, expect, it, vi } from "vitest";

it("is cancelled once, with the first reason", () => {
  const cancellation = new Cancellation();
  const listener = vi.fn();
  cancellation.onCancel(listener);
  expect(cancellation.cancelled).toBe(false);
  expect(cancellation.reason).toBeUndefined();
  cancellation.cancel("first");
  cancellation.cancel("second");
  expect(cancellation.cancelled).toBe(true);
  expect(cancellation.reason).toBe("first");
  expect(listener.mock.calls).toEqual([["first"]]);
});

it("has a reason of its own when none is given", () => {
  const cancellation = new Cancellation();
  cancellation.cancel();
  expect(cancellation.reason).toBeInstanceOf(CancelledError);
  expect(cancellation.reason).toMatchObject({
    code: "ERR_CANCELLED",
    message: "the operation was cancelled",
  });
  expect(cancellation.reason).toBe(cancellation.reason);
});

it("throws its reason when asked to", () => {
  const cancellation = new Cancellation();
  expect(() => cancellation.throwIfCancelled()).not.toThrow();
  cancellation.cancel(new Error("gone"));
  expect(() => cancellation.throwIfCancelled()).toThrow("gone");
});

describe("listeners", () => {
  it("are called in the order in which they came, functions and objects alike", () => {
    const calls: unknown[] = [];
    const cancellation = new Cancellation();
    cancellation.onCancel((reason) => calls.push(["function", reason]));
    cancellation.onCancel({ cancel: (reason) => void calls.push(["object", reason]) });
    cancellation.onCancel((reason) => calls.push(["last", reason]));
    cancellation.cancel(1);
    expect(calls).toEqual([
      ["function", 1],
      ["object", 1],
      ["last", 1],
    ]);
  });

  it("are called at once when they come too late", () => {
    const cancellation = new Cancellation();
    cancellation.cancel(1);
    const listener = vi.fn();
    const remove = cancellation.onCancel(listener);
    expect(listener).toHaveBeenCalledExactlyOnceWith(1);
    expect(remove).not.toThrow();
  });

  it("are not called after they were removed", () => {
    for (const count of [1, 2, 3]) {
      const cancellation = new Cancellation();
      const listeners = Array.from({ length: count }, () => vi.fn());
      const removals = listeners.map((listener) => cancellation.onCancel(listener));
      removals[0]?.();
      removals[0]?.();
      cancellation.cancel();
      expect(listeners.map((listener) => listener.mock.calls.length)).toEqual(
        listeners.map((_, i) => (i === 0 ? 0 : 1)),
      );
    }
  });

  it("may remove others that wait for their turn", () => {
    const cancellation = new Cancellation();
    const last = vi.fn();
    cancellation.addListener(() => cancellation.removeListener(last));
    cancellation.addListener(last);
    cancellation.cancel();
    expect(last).not.toHaveBeenCalled();
  });

  it("count once however often they are added", () => {
    const cancellation = new Cancellation();
    const listener = vi.fn();
    for (let time = 0; time < 3; time += 1) cancellation.addListener(listener);
    cancellation.addListener(() => undefined);
    cancellation.addListener(listener);
    cancellation.cancel();
    expect(listener).toHaveBeenCalledOnce();
  });

  it("do not stop one another by throwing, which becomes a warning", async () => {
    const warnings = once(process, "warning");
    const cancellation = new Cancellation();
    const last = vi.fn();
    cancellation.onCancel(() => {
      throw new Error("listener broke");
    });
    cancellation.onCancel(last);
    expect(() => cancellation.cancel()).not.toThrow();
    expect(last).toHaveBeenCalledOnce();
    expect(await warnings).toMatchObject([{ message: "listener broke" }]);
  });
});

describe("a child", () => {
  it("follows its parent, however deep, with its reason", () => {
    const parent = new Cancellation();
    const grandchild = parent.child().child();
    const listener = vi.fn();
    grandchild.onCancel(listener);
    parent.cancel("all");
    expect(grandchild.cancelled).toBe(true);
    expect(grandchild.reason).toBe("all");
    expect(listener).toHaveBeenCalledExactlyOnceWith("all");
  });

  it("does not cancel its parent or its siblings", () => {
    const parent = new Cancellation();
    const [first, second] = [parent.child(), parent.child()];
    first.cancel("one");
    expect([parent.cancelled, second.cancelled]).toEqual([false, false]);
    parent.cancel("all");
    expect([first.reason, second.reason]).toEqual(["one", "all"]);
  });

  it("keeps the parent's reason when it is cancelled after it", () => {
    const parent = new Cancellation();
    const child = parent.child();
    parent.cancel("all");
    child.cancel("late");
    expect(child.reason).toBe("all");
    expect(parent.child().cancelled).toBe(true);
  });

  it("is unknown to its parent unless somebody listens to it", () => {
    const parent = new Cancellation();
    const add = vi.spyOn(parent, "addListener");
    const remove = vi.spyOn(parent, "removeListener");
    const child = parent.child();
    expect(child.cancelled).toBe(false);
    expect(add).not.toHaveBeenCalled();
    const removals = [child.onCancel(() => 1), child.onCancel(() => 2)];
    expect(add).toHaveBeenCalledExactlyOnceWith(child);
    removals[0]?.();
    expect(remove).not.toHaveBeenCalled();
    removals[1]?.();
    expect(remove).toHaveBeenCalledExactlyOnceWith(child);
  });

  it("may be listened to again after all listeners had left", () => {
    const parent = new Cancellation();
    const child = parent.child();
    child.onCancel(() => 1)();
    const listener = vi.fn();
    child.onCancel(listener);
    parent.cancel("all");
    expect(listener).toHaveBeenCalledExactlyOnceWith("all");
  });

  it("forgets its listeners, its signal and its parent when it is detached", () => {
    const parent = new Cancellation();
    const listener = vi.fn();
    let signal: AbortSignal;
    {
      using child = parent.child();
      child.onCancel(listener);
      signal = child.signal;
    }
    parent.cancel();
    expect(listener).not.toHaveBeenCalled();
    expect(signal.aborted).toBe(false);
  });
});

describe("a linked cancellation", () => {
  it.each([0, 1, 2])("follows parent %i of three", (index) => {
    const parents = [new Cancellation(), new Cancellation(), new Cancellation()];
    const linked = Cancellation.linked(...parents);
    const listener = vi.fn();
    linked.onCancel(listener);
    parents[index]?.cancel(index);
    expect(linked.reason).toBe(index);
    for (const parent of parents) parent.cancel("late");
    expect(listener).toHaveBeenCalledExactlyOnceWith(index);
  });

  it("may have no parent, or one that was cancelled before", () => {
    expect(Cancellation.linked().cancelled).toBe(false);
    const parent = new Cancellation();
    parent.cancel("before");
    expect(Cancellation.linked(new Cancellation(), parent).reason).toBe("before");
  });
});

describe("signals", () => {
  it("are made when they are asked for, once, and abort with the reason", () => {
    const cancellation = new Cancellation();
    const { signal } = cancellation;
    expect(cancellation.signal).toBe(signal);
    expect(signal.aborted).toBe(false);
    const reason = new Error("gone");
    cancellation.cancel(reason);
    expect(signal.reason).toBe(reason);
  });

  it("are aborted already when they are asked for late, by a parent too", () => {
    const parent = new Cancellation();
    const child = parent.child();
    parent.cancel("all");
    expect(child.signal.aborted).toBe(true);
    expect(child.signal.reason).toBe("all");
  });

  it("abort with the parent even when no listener is left", () => {
    const parent = new Cancellation();
    const child = parent.child();
    const { signal } = child;
    child.onCancel(() => 1)();
    parent.cancel("all");
    expect(signal.reason).toBe("all");
  });

  it("may be followed, and are listened to only while that is needed", () => {
    const controller = new AbortController();
    const followed = Cancellation.fromSignal(controller.signal);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
    const listener = vi.fn();
    followed.onCancel(listener)();
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
    followed.onCancel(listener);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(1);
    controller.abort("stop");
    expect(listener).toHaveBeenCalledExactlyOnceWith("stop");
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
    expect(Cancellation.fromSignal(controller.signal).reason).toBe("stop");
  });
});
