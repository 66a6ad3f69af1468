import {
  chainOf,
  disposeChain,
  findPrevious,
  type MakeService,
  makeInnermost,
  makeLayered,
} from "@monolake/service-async";
import { describe, expect, it } from "vitest";

class Base {
  readonly inner: unknown;
  readonly label: string;
  constructor(inner: unknown, label = "") {
    this.inner = inner;
    this.label = label;
  }
}
class Apple extends Base {}
class Berry extends Base {}
class Cherry extends Base {}

/** What each layer was given as its predecessor, in the order of making. */
type Found = Record<string, Base | undefined>;

const layer = (
  type: new (inner: unknown, label?: string) => Base,
  label: string,
  inner: MakeService<unknown>,
  found: Found,
): MakeService<Base> =>
  makeLayered(type, inner, (next, previous) => {
    found[label] = previous;
    return new type(next, label);
  });

const leaf: MakeService<unknown> = { make: async () => ({}) };

describe("chainOf", () => {
  it("lists the services from the outside in", () => {
    const cherry = new Cherry(undefined);
    const berry = new Berry(cherry);
    const apple = new Apple(berry);
    expect(chainOf(apple)).toEqual([apple, berry, cherry]);
  });

  it("ends for a chain that closes on itself, and is empty for what is no service", () => {
    const loop: { inner?: unknown } = {};
    loop.inner = { inner: loop };
    expect(chainOf(loop)).toHaveLength(2);
    for (const nothing of [undefined, null, 1, "a"]) expect(chainOf(nothing)).toEqual([]);
  });
});

describe("findPrevious", () => {
  const cherry = new Cherry(undefined);
  const inner = new Berry(cherry, "inner");
  const chain = new Apple(new Berry(inner, "outer"));

  it("finds the outermost service of the class", () => {
    expect(findPrevious(Apple, chain)).toBe(chain);
    expect(findPrevious(Berry, chain)?.label).toBe("outer");
    expect(findPrevious(Cherry, chain)).toBe(cherry);
    expect(findPrevious(Map, chain)).toBeUndefined();
  });

  it("finds the one that also passes a test", () => {
    expect(findPrevious(Berry, chain, (berry) => berry.label === "inner")).toBe(inner);
    expect(findPrevious(Berry, chain, () => false)).toBeUndefined();
  });

  it("finds nothing where nothing ran before", () => {
    for (const nothing of [undefined, null, 1, "a", () => 1])
      expect(findPrevious(Apple, nothing)).toBeUndefined();
  });
});

describe("makeLayered", () => {
  it("finds the predecessors of layers that changed places", async () => {
    const old = new Apple(new Berry(new Cherry(undefined, "cherry"), "berry"), "apple");
    const found: Found = {};
    await layer(Cherry, "c", layer(Apple, "a", layer(Berry, "b", leaf, found), found), found).make(old);
    expect(Object.fromEntries(Object.entries(found).map(([name, base]) => [name, base?.label]))).toEqual({
      a: "apple",
      b: "berry",
      c: "cherry",
    });
  });

  it("gives two layers of one class a predecessor each, in their order", async () => {
    const old = new Apple(new Berry(new Apple(undefined, "second"), "berry"), "first");
    const found: Found = {};
    await layer(Apple, "outer", layer(Apple, "inner", layer(Apple, "third", leaf, found), found), found).make(
      old,
    );
    expect(found["outer"]?.label).toBe("first");
    expect(found["inner"]?.label).toBe("second");
    expect(found["third"]).toBeUndefined();
  });

  it("tells services of one class apart when it is told how", async () => {
    const old = new Apple(new Apple(undefined, "second"), "first");
    const wrapped = (label: string, inner: MakeService<unknown>, found: Found) =>
      makeLayered(
        Apple,
        inner,
        (next, previous) => {
          found[label] = previous;
          return new Apple(next, label);
        },
        { matches: (previous) => previous.label === label },
      );
    const found: Found = {};
    await wrapped("second", wrapped("first", leaf, found), found).make(old);
    expect(found["first"]?.label).toBe("first");
    expect(found["second"]?.label).toBe("second");
  });

  it("waits for a wrap that takes its time", async () => {
    const made = await makeLayered(Apple, leaf, async (next) => new Apple(next, "later")).make();
    expect(made.label).toBe("later");
  });

  it("ends the inner services when the outer one cannot be made", async () => {
    let disposals = 0;
    const inner: MakeService<AsyncDisposable> = {
      make: async () => ({
        async [Symbol.asyncDispose]() {
          disposals += 1;
          throw new Error("and the end fails, too");
        },
      }),
    };
    const refused = new Error("refused");
    const failing = makeLayered(
      Apple,
      makeLayered(Berry, inner, (next) => new Berry(next)),
      () => {
        throw refused;
      },
    );
    await expect(failing.make()).rejects.toBe(refused);
    expect(disposals).toBe(1);
  });

  it("does not touch the predecessor when the successor cannot be made", async () => {
    const old = new Apple({ [Symbol.dispose]: () => expect.unreachable() });
    const failing = makeLayered(Apple, leaf, () => Promise.reject(new Error("refused")));
    await expect(failing.make(old)).rejects.toThrow("refused");
    expect(chainOf(old)).toHaveLength(2);
  });
});

it("makes an innermost service from its predecessor", async () => {
  const factory = makeInnermost(Cherry, (previous) => new Cherry(undefined, `${previous?.label ?? ""}x`));
  const first = await factory.make();
  const second = await factory.make(new Apple(new Berry(first)));
  expect(second.label).toBe("xx");
  await disposeChain(second);
});
