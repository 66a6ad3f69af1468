import { FactoryStack, type MakeService, makeLayered, type Service } from "@monolake/service-async";
import { expect, it } from "vitest";

// A counter inside and a flag outside: each successor goes on where its predecessor stands.

interface Counted {
  readonly count: number;
  readonly flagged: boolean;
}

class Counter implements Service<number, number> {
  #count: number;

  constructor(initialCount: number) {
    this.#count = initialCount;
  }

  get count(): number {
    return this.#count;
  }

  async call(step: number): Promise<number> {
    this.#count += step;
    return this.#count;
  }
}

const counter = (config: { readonly initialCount: number }): MakeService<Counter> => ({
  make: async (previous) => new Counter(previous instanceof Counter ? previous.count : config.initialCount),
});

/** Says on its first call after a `true` was passed to it that it was flagged. */
class Flag implements Service<{ readonly step: number; readonly flag: boolean }, Counted> {
  readonly inner: Service<number, number>;
  #isFlagged: boolean;

  constructor(inner: Service<number, number>, isFlagged: boolean) {
    this.inner = inner;
    this.#isFlagged = isFlagged;
  }

  get isFlagged(): boolean {
    return this.#isFlagged;
  }

  async call(request: { readonly step: number; readonly flag: boolean }, context: object): Promise<Counted> {
    const flagged = this.#isFlagged;
    this.#isFlagged ||= request.flag;
    return { count: await this.inner.call(request.step, context), flagged };
  }
}

const flag = (
  config: { readonly initiallyFlagged: boolean },
  inner: MakeService<Service<number, number>>,
): MakeService<Flag> =>
  makeLayered(
    Flag,
    inner,
    (next, previous) => new Flag(next, previous?.isFlagged ?? config.initiallyFlagged),
  );

const factoryFor = (initialCount: number) =>
  FactoryStack.of({ initialCount, initiallyFlagged: false }, counter).push(flag).toFactory();

it("hands a counter and a flag to the successor through the chain", async () => {
  const first = await factoryFor(10).make();
  expect(await first.call({ step: 1, flag: true }, {})).toEqual({ count: 11, flagged: false });
  expect(await first.call({ step: 2, flag: false }, {})).toEqual({ count: 13, flagged: true });

  const second = await factoryFor(1000).make(first);
  expect(await second.call({ step: 3, flag: false }, {})).toEqual({ count: 16, flagged: true });
});

it("leaves the predecessor at work, on its own", async () => {
  const first = await factoryFor(0).make();
  const second = await factoryFor(0).make(first);
  await second.call({ step: 5, flag: true }, {});
  expect(await first.call({ step: 1, flag: false }, {})).toEqual({ count: 1, flagged: false });
  expect(await second.call({ step: 1, flag: false }, {})).toEqual({ count: 6, flagged: true });
});

it("starts afresh without a predecessor, or with one of another kind", async () => {
  for (const previous of [undefined, null, 7, "text", {}, { inner: 5 }, async () => 1]) {
    const service = await factoryFor(100).make(previous);
    expect(await service.call({ step: 1, flag: false }, {})).toEqual({ count: 101, flagged: false });
  }
});

it("hands state on along a hundred generations", async () => {
  const factory = factoryFor(0);
  let service = await factory.make();
  for (let generation = 0; generation < 100; generation += 1) {
    await service.call({ step: 1, flag: false }, {});
    service = await factory.make(service);
  }
  expect(await service.call({ step: 0, flag: false }, {})).toMatchObject({ count: 100 });
});
