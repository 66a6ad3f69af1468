import {
  AlreadyReleasedError,
  DisposeError,
  disposeChain,
  makeLayered,
  SharedService,
  SharedState,
  shareService,
} from "@monolake/service-async";
import { describe, expect, it } from "vitest";

/** A service that writes down its end. */
class Ending implements AsyncDisposable {
  readonly inner: unknown;
  readonly name: string;
  readonly log: string[];
  readonly failure: unknown;

  constructor(name: string, log: string[], inner?: unknown, failure?: unknown) {
    this.name = name;
    this.log = log;
    this.inner = inner;
    this.failure = failure;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.log.push(`${this.name} ends`);
    await Promise.resolve();
    this.log.push(`${this.name} ended`);
    if (this.failure !== undefined) throw this.failure;
  }
}

describe("disposeChain", () => {
  it("ends services from the outside in, one after the other, and passes those that have no end", async () => {
    const log: string[] = [];
    const innermost = { [Symbol.dispose]: () => void log.push("innermost ended") };
    await disposeChain(new Ending("outer", log, { inner: new Ending("inner", log, innermost) }));
    expect(log).toEqual(["outer ends", "outer ended", "inner ends", "inner ended", "innermost ended"]);
  });

  it("gathers what fails after ending all", async () => {
    const log: string[] = [];
    const failures = [new Error("first"), "second"];
    const chain = new Ending("a", log, new Ending("b", log, new Ending("c", log), failures[1]), failures[0]);
    const error = await disposeChain(chain).catch((thrown: unknown) => thrown);
    expect(log).toEqual(["a ends", "a ended", "b ends", "b ended", "c ends", "c ended"]);
    expect(error).toBeInstanceOf(DisposeError);
    expect(error).toMatchObject({
      code: "ERR_DISPOSE_FAILED",
      errors: failures,
      cause: failures[0],
      message: "2 of the services failed to end, the first with: Error: first",
    });
  });

  it("ends each service once, even when it is asked twice at the same time", async () => {
    const log: string[] = [];
    const inner = new Ending("inner", log);
    const chains = [new Ending("a", log, inner), new Ending("b", log, inner)];
    await Promise.all(chains.map((chain) => disposeChain(chain)));
    await disposeChain(chains[0]);
    expect(log.filter((line) => line === "inner ends")).toHaveLength(1);
    expect(log.filter((line) => line === "a ends")).toHaveLength(1);
  });

  it("has nothing to do for what is no service", async () => {
    for (const nothing of [undefined, null, 1, "a", {}])
      await expect(disposeChain(nothing)).resolves.toBeUndefined();
  });
});

describe("a shared service", () => {
  it("ends when the slot and every connection have released it", async () => {
    const log: string[] = [];
    const service = new Ending("service", log);
    const shared = shareService(service);
    expect(shared).toBeInstanceOf(SharedService);
    expect(shared.retain()).toBe(service);
    expect(shared.retain()).toBe(service);
    expect(shared.holders).toBe(3);
    await shared.release();
    await shared.release();
    expect(log).toEqual([]);
    await shared.release();
    expect(shared.holders).toBe(0);
    expect(log).toEqual(["service ends", "service ended"]);
    await shared.ended;
  });

  it("refuses holders and releases after its end", async () => {
    const shared = shareService({});
    await shared.release();
    expect(() => shared.release()).toThrow("cannot release a service after its last holder released it");
    expect(() => shared.retain()).toThrow(AlreadyReleasedError);
    expect(() => shared.retain()).toThrow(
      expect.objectContaining({ code: "ERR_ALREADY_RELEASED", operation: "retain" }),
    );
    expect(shared.holders).toBe(0);
  });

  it("tells whoever waits that its end failed, and nobody else", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", note);
    const shared = shareService(new Ending("service", [], undefined, new Error("broken")));
    void shared.release();
    // An unhandled rejection is reported once the microtasks are through.
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
    await expect(shared.ended).rejects.toBeInstanceOf(DisposeError);
  });
});

describe("shared state", () => {
  class Pool implements AsyncDisposable {
    closed = 0;
    async [Symbol.asyncDispose](): Promise<void> {
      this.closed += 1;
    }
  }

  class Pooling implements AsyncDisposable {
    readonly inner: unknown;
    readonly pool: SharedState<Pool>;
    constructor(inner: unknown, pool: SharedState<Pool>) {
      this.inner = inner;
      this.pool = pool;
    }
    [Symbol.asyncDispose](): Promise<void> {
      return this.pool.release();
    }
  }
  const factory = makeLayered(
    Pooling,
    { make: async () => ({}) },
    (inner, previous) =>
      new Pooling(
        inner,
        SharedState.inherit(previous?.pool, () => new Pool()),
      ),
  );

  it("moves to the successor and ends with the last service that uses it", async () => {
    const first = await factory.make();
    const second = await factory.make(first);
    expect(second.pool.value).toBe(first.pool.value);
    expect(first.pool.holders).toBe(2);
    await disposeChain(first);
    expect(second.pool.value.closed).toBe(0);
    await disposeChain(second);
    expect(second.pool.value.closed).toBe(1);
  });

  it("stays with the predecessor when the successor is given up", async () => {
    const first = await factory.make();
    await disposeChain(await factory.make(first));
    expect(first.pool.holders).toBe(1);
    expect(first.pool.value.closed).toBe(0);
  });

  it("is made anew when the predecessor has ended", async () => {
    const first = await factory.make();
    await disposeChain(first);
    const second = await factory.make(first);
    expect(second.pool.value).not.toBe(first.pool.value);
    expect(second.pool.holders).toBe(1);
  });

  it("leaves nothing open after a thousand successors", async () => {
    const pools = new Set<Pool>();
    let service = await factory.make();
    for (let generation = 0; generation < 1000; generation += 1) {
      const successor = await factory.make(service);
      await disposeChain(service);
      service = successor;
      pools.add(service.pool.value);
    }
    expect(pools.size).toBe(1);
    expect(service.pool.holders).toBe(1);
    await disposeChain(service);
    expect([...pools].map((pool) => pool.closed)).toEqual([1]);
  });

  it("ends the way it is told to, whatever the value is", async () => {
    const ended: unknown[] = [];
    await new SharedState("text", (value) => ended.push(value)).release();
    await new SharedState("text").release();
    await new SharedState({ [Symbol.dispose]: () => ended.push("disposed") }).release();
    expect(ended).toEqual(["text", "disposed"]);
  });

  it("tells whoever releases it last that its end failed", async () => {
    const state = new SharedState(1, () => Promise.reject(new Error("broken")));
    await expect(state.retain().release()).resolves.toBeUndefined();
    await expect(state.release()).rejects.toThrow("broken");
    await expect(state.ended).rejects.toThrow("broken");
    expect(() => state.release()).toThrow("cannot release a state after its last holder released it");
  });
});
