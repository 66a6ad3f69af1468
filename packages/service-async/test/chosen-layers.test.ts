import {
  Cancellation,
  cloneFactory,
  disposeChain,
  eitherLayer,
  FactoryStack,
  findPrevious,
  fixedFactory,
  type MakeService,
  makeInnermost,
  makeLayered,
  optionalLayer,
  type Service,
} from "@monolake/service-async";
import { describe, expect, expectTypeOf, it } from "vitest";

// A stack that an operator changes from one configuration to the next: a layer that may be absent, one of two
// variants, and a counter inside that must never begin again.

class Counter implements Service<string, string> {
  count: number;

  constructor(count = 0) {
    this.count = count;
  }

  async call(request: string): Promise<string> {
    this.count += 1;
    return `${request}:${this.count}`;
  }
}
const counter = (): MakeService<Counter> =>
  makeInnermost(Counter, (previous) => new Counter(previous?.count));

class Wrap implements Service<string, string> {
  readonly inner: Service<string, string>;
  /** Survives as long as the layer is there. */
  readonly generation: number;

  constructor(inner: Service<string, string>, generation: number) {
    this.inner = inner;
    this.generation = generation;
  }

  async call(request: string, context: object): Promise<string> {
    return `${this.constructor.name}(${await this.inner.call(request, context)})`;
  }
}
class Limit extends Wrap {}
class Plain extends Wrap {}
class Secure extends Wrap {}

const layerOf =
  <Layer extends Wrap>(type: new (inner: Service<string, string>, generation: number) => Layer) =>
  (_config: unknown, inner: MakeService<Service<string, string>>): MakeService<Layer> =>
    makeLayered(type, inner, (next, previous) => new type(next, (previous?.generation ?? 0) + 1));

interface Config {
  readonly limit?: { readonly perSecond: number };
  readonly isSecure: boolean;
}

const factoryFor = (config: Config): MakeService<Service<string, string>> =>
  FactoryStack.of(config, counter)
    .push(optionalLayer((c) => c.limit, layerOf(Limit)))
    .push(eitherLayer((c) => c.isSecure, layerOf(Secure), layerOf(Plain)))
    .check<string>()
    .erase<string, string>()
    .toFactory();

it("calls only the layers that are there", async () => {
  const limited = await factoryFor({ limit: { perSecond: 1 }, isSecure: true }).make();
  expect(await limited.call("a", {})).toBe("Secure(Limit(a:1))");
  const bare = await factoryFor({ isSecure: false }).make();
  expect(await bare.call("a", {})).toBe("Plain(a:1)");
});

it("keeps the state inside while layers above are switched on, off and over", async () => {
  const configs: readonly Config[] = [
    { isSecure: false },
    { isSecure: true },
    { isSecure: true, limit: { perSecond: 1 } },
    { isSecure: false, limit: { perSecond: 1 } },
    { isSecure: false },
    { isSecure: true, limit: { perSecond: 1 } },
  ];
  let service: Service<string, string> | undefined;
  for (const [index, config] of configs.entries()) {
    service = await factoryFor(config).make(service);
    expect(await service.call("a", {})).toContain(`a:${index + 1}`);
  }
});

it("keeps the state of a layer that stays below a variant that changes", async () => {
  const first = await factoryFor({ isSecure: false, limit: { perSecond: 1 } }).make();
  const second = await factoryFor({ isSecure: true, limit: { perSecond: 1 } }).make(first);
  expect(findPrevious(Limit, second)?.generation).toBe(2);
  expect(findPrevious(Secure, second)?.generation).toBe(1);
  expect(findPrevious(Plain, second)).toBeUndefined();
});

it("knows what an erased service is", async () => {
  const service = await factoryFor({ isSecure: true }).make();
  expect(service).toBeInstanceOf(Secure);
  expect(service).not.toBeInstanceOf(Plain);
});

it("makes services from one erased factory after another, whatever they are made of", async () => {
  const factories: MakeService<Service<string, string>>[] = [
    FactoryStack.of({}, counter).toFactory(),
    FactoryStack.of({}, counter).push(layerOf(Limit)).toFactory(),
    { make: async () => ({ call: async (request) => request.toUpperCase() }) },
    FactoryStack.of({}, counter).toFactory(),
  ];
  const answers: string[] = [];
  let service: Service<string, string> | undefined;
  for (const factory of factories) {
    service = await factory.make(service);
    answers.push(await service.call("a", {}));
  }
  // The third kind of service has no counter, so the fourth begins again.
  expect(answers).toEqual(["a:1", "Limit(a:2)", "A", "a:1"]);
});

describe("optionalLayer", () => {
  const run = async (
    layer: (config: unknown, inner: MakeService<Counter>) => MakeService<Service<string, string>>,
  ) => (await FactoryStack.of({}, counter).push(layer).make()).call("a", {});

  it("takes a condition", async () => {
    expect(await run(optionalLayer(true, layerOf(Limit)))).toBe("Limit(a:1)");
    expect(await run(optionalLayer(false, layerOf(Limit)))).toBe("a:1");
  });

  it("takes the layer or undefined", async () => {
    expect(await run(optionalLayer(layerOf(Limit)))).toBe("Limit(a:1)");
    expect(await run(optionalLayer(undefined))).toBe("a:1");
  });

  it("hands the selected slice of the configuration to the layer", async () => {
    const limits: number[] = [];
    const limit = (config: { readonly perSecond: number }, inner: MakeService<Service<string, string>>) => {
      limits.push(config.perSecond);
      return layerOf(Limit)(config, inner);
    };
    for (const config of [{ limit: { perSecond: 9 } }, {}] as const satisfies {
      limit?: { perSecond: number };
    }[]) {
      FactoryStack.of<{ limit?: { perSecond: number } }, Counter>(config, counter).push(
        optionalLayer((c) => c.limit, limit),
      );
    }
    expect(limits).toEqual([9]);
  });

  it("is not there at all when it is absent", async () => {
    const service = await FactoryStack.of({}, counter)
      .push(optionalLayer(false, layerOf(Limit)))
      .make();
    expect(service).toBeInstanceOf(Counter);
    expectTypeOf(service).toEqualTypeOf<Limit | Service<string, string>>();
  });
});

it("chooses one of two layers once, by a value or by the configuration", async () => {
  const stack = FactoryStack.of({ isSecure: true }, counter);
  const choices = [true, false, (config: { isSecure: boolean }) => config.isSecure];
  const made = await Promise.all(
    choices.map((choice) => stack.push(eitherLayer(choice, layerOf(Secure), layerOf(Plain))).make()),
  );
  expect(made.map((service) => service.constructor.name)).toEqual(["Secure", "Plain", "Secure"]);
});

it("clones one service, and takes nothing from predecessors", async () => {
  class Fresh extends Counter {
    clone(): this {
      return new Fresh(this.count) as this;
    }
  }
  const factory = cloneFactory(new Fresh(5));
  const first = await factory.make();
  expect(await first.call("a")).toBe("a:6");
  const second = await factory.make(first);
  expect(await second.call("a")).toBe("a:6");
  expect(factory.original.count).toBe(5);
});

it("gives the same service again and again, and never ends it", async () => {
  let disposals = 0;
  class Lasting extends Counter {
    [Symbol.dispose](): void {
      disposals += 1;
    }
  }
  const lasting = new Lasting();
  const factory = FactoryStack.of({}, () => fixedFactory(lasting))
    .push(layerOf(Limit))
    .toFactory();
  const first = await factory.make();
  const second = await factory.make(first);
  await disposeChain(first);
  expect(await second.call("a", { cancellation: new Cancellation() })).toBe("Limit(a:1)");
  expect(disposals).toBe(0);
});
