import {
  BaseContext,
  type Cancellation,
  type cancellation,
  FactoryStack,
  type Forkable,
  type Has,
  makeInnermost,
  type Service,
  serviceFn,
} from "@monolake/service-async";
import { watchedDeadlines } from "@monolake/streams";
import { deferred } from "@monolake/test-kit";
import { describe, expect, it, vi } from "vitest";
import { ServiceTimeoutError, Timeout, type TimeoutOptions, timeout } from "../../src/common/index.ts";

/** A service whose answer the test gives, and which tells what it was called with. */
function slowService<Response>() {
  const answer = deferred<Response>();
  const called = deferred<{ request: string; context: Has<typeof cancellation> }>();
  const service: Service<string, Response, Has<typeof cancellation>> = {
    call: (request, context) => {
      called.resolve({ request, context });
      return answer.promise;
    },
  };
  return { service, answer, called };
}

const timeoutOf = <Response>(
  inner: Service<string, Response, Has<typeof cancellation>>,
  options: TimeoutOptions<Response>,
) => new Timeout(inner, options);

const short = { timeoutMs: 20 };

describe("a call in time", () => {
  it("gives the answer, and leaves no deadline behind", async () => {
    const { service, answer, called } = slowService<string>();
    const call = timeoutOf(service, { timeoutMs: 60_000 }).call("request", new BaseContext());
    expect((await called.promise).request).toBe("request");
    expect(watchedDeadlines()).toBe(1);
    answer.resolve("answer");
    await expect(call).resolves.toBe("answer");
    expect(watchedDeadlines()).toBe(0);
  });

  it("gives the failure, and leaves no deadline behind", async () => {
    const { service, answer } = slowService<string>();
    const call = timeoutOf(service, { timeoutMs: 60_000 }).call("request", new BaseContext());
    answer.reject(new Error("broke"));
    await expect(call).rejects.toThrow("broke");
    expect(watchedDeadlines()).toBe(0);
  });

  it("leaves no deadline behind when the inner service throws at once", () => {
    const service = serviceFn((): Promise<never> => {
      throw new Error("at once");
    });
    expect(() => timeoutOf(service, short).call("request", new BaseContext())).toThrow("at once");
    expect(watchedDeadlines()).toBe(0);
  });

  it("may still be cancelled from outside after it answered, for a body that goes on", async () => {
    const { service, answer, called } = slowService<string>();
    const context = new BaseContext();
    const call = timeoutOf(service, short).call("request", context);
    const { context: inner } = await called.promise;
    const listener = vi.fn();
    inner.cancellation.onCancel(listener);
    answer.resolve("head");
    await call;
    context.cancellation.cancel("client gone");
    expect(listener).toHaveBeenCalledExactlyOnceWith("client gone");
  });
});

describe("a call that takes too long", () => {
  it("rejects with ERR_SERVICE_TIMEOUT, not before the time is over", async () => {
    const { service } = slowService<string>();
    const begun = performance.now();
    const call = timeoutOf(service, { timeoutMs: 60 }).call("request", new BaseContext());
    const error: unknown = await call.catch((reason) => reason);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(59);
    expect(error).toBeInstanceOf(ServiceTimeoutError);
    expect(error).toMatchObject({ code: "ERR_SERVICE_TIMEOUT", timeoutMs: 60, retryable: true });
    expect(watchedDeadlines()).toBe(0);
  });

  it("cancels the inner service with the same error, and nothing further out", async () => {
    const { service, called } = slowService<string>();
    const context = new BaseContext();
    const error: unknown = await timeoutOf(service, short)
      .call("request", context)
      .catch((reason) => reason);
    const { context: inner } = await called.promise;
    expect(inner.cancellation.reason).toBe(error);
    expect(context.cancellation.cancelled).toBe(false);
  });

  it("rejects with the timeout even if the inner service answers its cancellation at once", async () => {
    const service = serviceFn(
      (_: string, context: Has<typeof cancellation>) =>
        new Promise<never>((_resolve, reject) => {
          context.cancellation.onCancel(() => reject(new Error("was cancelled")));
        }),
    );
    const call = timeoutOf(service, short).call("request", new BaseContext());
    await expect(call).rejects.toBeInstanceOf(ServiceTimeoutError);
  });

  it("ignores a failure that comes late", async () => {
    const { service, answer } = slowService<string>();
    await expect(timeoutOf(service, short).call("r", new BaseContext())).rejects.toThrow("within 20 ms");
    answer.reject(new Error("late"));
    await expect(answer.promise).rejects.toThrow("late");
  });

  it("hands a late response to onLate", async () => {
    const { service, answer } = slowService<string>();
    const late = deferred<string>();
    const call = timeoutOf(service, { ...short, onLate: late.resolve }).call("r", new BaseContext());
    await expect(call).rejects.toBeInstanceOf(ServiceTimeoutError);
    answer.resolve("late");
    expect(await late.promise).toBe("late");
  });

  it("turns a failure of onLate into a warning", async () => {
    const { service, answer } = slowService<string>();
    const warning = new Promise((resolve) => process.once("warning", resolve));
    const onLate = async () => {
      throw new Error("cannot free it");
    };
    await expect(
      timeoutOf(service, { ...short, onLate }).call("r", new BaseContext()),
    ).rejects.toBeInstanceOf(ServiceTimeoutError);
    answer.resolve("late");
    expect(await warning).toMatchObject({ message: "cannot free it" });
  });

  it.each([
    ["cancels the body", (freed: () => void) => ({ body: { cancel: freed } })],
    ["disposes it", (freed: () => void) => ({ [Symbol.dispose]: freed, body: {} })],
    ["disposes it asynchronously", (freed: () => void) => ({ [Symbol.asyncDispose]: async () => freed() })],
  ])("frees a late response by itself: %s", async (_, responseOf) => {
    const { service, answer } = slowService<unknown>();
    const freed = deferred();
    await expect(timeoutOf(service, short).call("r", new BaseContext())).rejects.toThrow();
    answer.resolve(responseOf(() => freed.resolve()));
    await freed.promise;
  });

  it.each([[undefined], ["text"], [{ body: null }], [{ body: { cancel: true } }]])(
    "has nothing to free in %j",
    async (response) => {
      const { service, answer } = slowService<unknown>();
      const warned = vi.fn();
      process.on("warning", warned);
      await expect(timeoutOf(service, short).call("r", new BaseContext())).rejects.toThrow();
      answer.resolve(response);
      await new Promise((resolve) => setImmediate(resolve));
      process.off("warning", warned);
      expect(warned).not.toHaveBeenCalled();
    },
  );
});

it("follows a cancellation from outside", async () => {
  const { service, called } = slowService<string>();
  const context = new BaseContext();
  void timeoutOf(service, { timeoutMs: 60_000 })
    .call("request", context)
    .catch(() => {});
  const { context: inner } = await called.promise;
  context.cancellation.cancel("client gone");
  expect(inner.cancellation.reason).toBe("client gone");
});

it.each([0, -1, Number.NaN])("passes calls on as they are with a timeout of %d", async (timeoutMs) => {
  const { service, called, answer } = slowService<string>();
  const context = new BaseContext();
  answer.resolve("answer");
  await expect(timeoutOf(service, { timeoutMs }).call("request", context)).resolves.toBe("answer");
  expect((await called.promise).context).toBe(context);
});

class Answering implements Service<string, string> {
  call(request: string): Promise<string> {
    return Promise.resolve(request.toUpperCase());
  }
}
const answering = () => makeInnermost(Answering, () => new Answering());

it("is a layer of any stack whose contexts can be forked and cancelled", async () => {
  const stack = FactoryStack.of({ timeoutMs: 1_000 }, answering).push(timeout).check<string, BaseContext>();
  // @ts-expect-error a context without a cancellation
  stack.check<string, Forkable>();
  // @ts-expect-error a context that cannot be forked
  stack.check<string, { readonly cancellation: Cancellation }>();
  // @ts-expect-error the configuration lacks timeoutMs
  FactoryStack.of({ upstreamTimeoutMs: 1_000 }, answering).push(timeout);
  const renamed = FactoryStack.of({ upstreamTimeoutMs: 1_000 }, answering).push((config, inner) =>
    timeout({ timeoutMs: config.upstreamTimeoutMs }, inner),
  );
  for (const made of [await stack.make(), await renamed.make()]) {
    expect(made).toBeInstanceOf(Timeout);
    expect(await made.call("hello", new BaseContext())).toBe("HELLO");
  }
});
