import { runInNewContext } from "node:vm";
import { MonolakeError, RevivedError, reviveError, serializeError } from "@monolake/errors";
import { describe, expect, it } from "vitest";
import { DialTimeoutError, SiteNotExistError } from "./site-errors.ts";

/** What arrives on the other side of a thread. */
const cross = (error: unknown): Error => reviveError(structuredClone(serializeError(error)));

/** An error with these own properties. */
const withFields = (fields: object): Error => Object.assign(new Error("with fields"), fields);

it("is nothing but data", () => {
  const data = serializeError(new SiteNotExistError({ site: "a", cause: new Error("why") }));
  expect(data).toEqual({
    name: "SiteNotExistError",
    message: "site a does not exist",
    stack: expect.stringContaining("error-data.test.ts"),
    code: "ERR_TEST_SITE_NOT_EXIST",
    source: "internal",
    retryable: false,
    fields: { site: "a" },
    cause: { name: "Error", message: "why", stack: expect.any(String), fields: {} },
  });
  expect(JSON.parse(JSON.stringify(data))).toEqual(data);
});

it("can cross again and again without a change", () => {
  const once = cross(
    new SiteNotExistError({ site: "a", cause: new DialTimeoutError({ address: "b", timeoutMs: 1 }) }),
  );
  const twice = cross(once);
  expect(serializeError(twice)).toEqual(serializeError(once));
  expect(twice).toBeInstanceOf(SiteNotExistError);
  expect(twice.cause).toBeInstanceOf(DialTimeoutError);
});

it("keeps the name and the built-in class of other errors", () => {
  for (const type of [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError]) {
    const error = cross(new type("m"));
    expect(error.constructor).toBe(type);
    expect(error).toMatchObject({ name: type.name, message: "m" });
  }
  class OwnError extends Error {
    override readonly name = "OwnError";
  }
  const own = cross(new OwnError("m"));
  expect(own.constructor).toBe(Error);
  expect(own.name).toBe("OwnError");
  expect(cross(new DOMException("stop", "AbortError"))).toMatchObject({
    name: "AbortError",
    message: "stop",
  });
  expect(cross(runInNewContext("new TypeError('elsewhere')"))).toBeInstanceOf(TypeError);
});

it("lists only the fields of a revived error", () => {
  expect(Object.keys(cross(new SiteNotExistError({ site: "a" }))).sort()).toEqual(
    Object.keys(new SiteNotExistError({ site: "a" })).sort(),
  );
});

describe("values that are no errors", () => {
  it.each([[undefined], [null], [0], [false], ["text"], [10n], [{ a: [1] }], [[1, 2]]])(
    "keeps %o",
    (value) => {
      const error = cross(value);
      expect(error).toBeInstanceOf(Error);
      expect(error.cause).toEqual(value);
      expect(cross(new Error("m", { cause: value })).cause).toEqual(value);
    },
  );

  it("keeps the text of what cannot be cloned", () => {
    expect(cross(Symbol("mark")).cause).toBe("Symbol(mark)");
    expect(cross(() => 1).cause).toBe("a function");
    expect(cross(Object.create({ toString: () => "shown" })).cause).toBe("shown");
  });
});

describe("fields", () => {
  it("copies data of every kind", () => {
    const fields = {
      date: new Date(5),
      pattern: /a+/g,
      list: [1, [2]],
      map: new Map([["a", { b: 1 }]]),
      set: new Set([1]),
      big: 1n,
      nothing: null,
      absent: undefined,
      nested: { a: { b: "c" } },
    };
    expect(cross(withFields(fields))).toMatchObject(fields);
  });

  it("sends the bytes of a view and not the pool it lies in", () => {
    const bytes = Buffer.from("abc");
    expect(bytes.buffer.byteLength).toBeGreaterThan(3);
    const { head } = serializeError(withFields({ head: bytes })).fields as { head: Uint8Array };
    expect(head).toEqual(Uint8Array.of(97, 98, 99));
    expect(head.buffer.byteLength).toBe(3);
  });

  it("leaves out what cannot be cloned and keeps the rest", () => {
    class Socket {
      readonly fd = 3;
    }
    const error = cross(
      withFields({
        run() {},
        mark: Symbol("m"),
        socket: new Socket(),
        wait: Promise.resolve(),
        site: "a",
        list: [() => 1, 2],
      }),
    ) as Error & { list?: unknown };
    expect(Object.keys(error)).toEqual(["site", "list"]);
    expect(error.list).toEqual([undefined, 2]);
  });

  it("cuts values that contain themselves, are very deep or very large", () => {
    const loop: { self?: unknown } = {};
    loop.self = loop;
    let deep: unknown = 1;
    for (let depth = 0; depth < 10_000; depth += 1) deep = [deep];
    const large = Array.from({ length: 100_000 }, (_, index) => index);
    const data = serializeError(withFields({ loop, deep, large }));
    expect(JSON.stringify(data.fields).length).toBeLessThan(20_000);
    expect(structuredClone(data)).toEqual(data);
  });

  it("may be called errors", () => {
    expect(cross(withFields({ errors: 7 }))).toMatchObject({ errors: 7 });
    const gathered = cross(withFields({ errors: [new SiteNotExistError({ site: "a" })] }));
    expect((gathered as AggregateError).errors[0]).toBeInstanceOf(SiteNotExistError);
  });
});

describe("hostile errors", () => {
  it("cuts a chain of causes that closes on itself", () => {
    const first = new Error("first");
    const second = new Error("second", { cause: first });
    first.cause = second;
    const revived = cross(first);
    expect(revived.cause).toMatchObject({ message: "second" });
    expect((revived.cause as Error).cause).toBeUndefined();
    const own = new AggregateError([], "own");
    own.errors.push(own);
    expect((cross(own) as AggregateError).errors).toEqual([]);
  });

  it("follows a limited number of causes and errors", () => {
    let chain = new Error("end");
    for (let depth = 0; depth < 5000; depth += 1) chain = new Error(`${depth}`, { cause: chain });
    let depth = 0;
    for (let error: unknown = cross(chain); error !== undefined; error = (error as Error).cause) depth += 1;
    expect(depth).toBe(17);

    let tree = new AggregateError([], "leaf");
    for (let level = 0; level < 10; level += 1) tree = new AggregateError([tree, tree, tree, tree], "node");
    expect(JSON.stringify(serializeError(tree)).match(/"message"/g)?.length).toBe(256);
  });

  it("survives getters and proxies that throw", () => {
    const error = new Error("m");
    for (const name of ["message", "stack", "cause", "code", "name", "site", "errors"]) {
      Object.defineProperty(error, name, {
        enumerable: true,
        get: () => {
          throw new Error("trap");
        },
      });
    }
    expect(serializeError(error)).toEqual({ name: "Error", message: "", fields: {} });

    const throwing = new Proxy(new Error("m"), {
      get: () => {
        throw new Error("trap");
      },
      ownKeys: () => {
        throw new Error("trap");
      },
    });
    expect(serializeError(throwing)).toEqual({ name: "Error", message: "", fields: {} });

    const revocable = Proxy.revocable(new Error("m"), {});
    revocable.revoke();
    expect(reviveError(serializeError(revocable.proxy))).toBeInstanceOf(Error);
    expect(reviveError(serializeError(withFields({ site: revocable.proxy })))).toBeInstanceOf(Error);
    expect(reviveError(serializeError(Object.create(null)))).toBeInstanceOf(Error);
  });

  it("takes properties of the wrong type for absent", () => {
    const error = Object.assign(new SiteNotExistError({ site: "a" }), {
      source: 1,
      retryable: "yes",
      message: 5,
    });
    expect(serializeError(error)).toMatchObject({ source: "internal", retryable: false, message: "" });
  });
});

describe("hostile data", () => {
  const revive = (data: unknown): Error => reviveError(data as Parameters<typeof reviveError>[0]);

  it.each([
    undefined,
    null,
    1,
    "x",
    [],
    {},
    { name: 1, message: {}, stack: [], fields: 3, cause: 4, errors: 5 },
  ])("makes a plain error of %o", (data) => {
    const error = revive(data);
    expect(error).toMatchObject({ name: "Error", message: "" });
    expect(error.stack).toBe("Error: ");
    expect(Object.keys(error)).toEqual([]);
  });

  it("does not let fields replace what makes an error work", () => {
    const fields = JSON.parse(
      '{"__proto__":{"polluted":1},"constructor":1,"toString":2,"hasOwnProperty":3,"message":"m2","stack":"s2","name":"n2","code":"c2","site":"a"}',
    );
    const error = revive({ ...serializeError(new SiteNotExistError({ site: "b" })), fields });
    expect(error).toBeInstanceOf(SiteNotExistError);
    expect(String(error)).toBe("SiteNotExistError: site b does not exist");
    expect(error).toMatchObject({ site: "a", code: "ERR_TEST_SITE_NOT_EXIST" });
    expect("polluted" in error).toBe(false);
    expect(Object.keys(error).sort()).toEqual(["code", "retryable", "site", "source"]);
  });

  it("takes names such as constructor or __proto__ for unknown", () => {
    for (const name of ["constructor", "__proto__", "toString"]) {
      expect(revive({ name, message: "m", fields: {} }).constructor).toBe(Error);
      const coded = revive({ name, message: "m", fields: {}, code: name, source: "internal" });
      expect(coded).toBeInstanceOf(RevivedError);
      expect(coded).toBeInstanceOf(MonolakeError);
    }
  });

  it("ends for data that contains itself", () => {
    const data = { name: "Error", message: "m", fields: {}, cause: {}, errors: [{}] };
    data.cause = data;
    data.errors = [data, data, data];
    expect(revive(data)).toBeInstanceOf(Error);
  });

  it("turns a wrong source into internal", () => {
    expect(revive({ ...serializeError(new SiteNotExistError({ site: "a" })), source: {} })).toMatchObject({
      source: "internal",
    });
  });
});
