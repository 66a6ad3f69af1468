import { deferred, eventually } from "@monolake/test-kit";
import { describe, expect, it, vi } from "vitest";
import {
  BuildListenerError,
  BuildServiceError,
  CoreClosedError,
  createServiceExecutor,
  type ServiceCommand,
} from "../src/index.ts";
import { recordingLogger } from "./recording-logger.ts";

const serviceOf = (service: unknown) => ({
  factory: () => ({ make: async () => service as never }),
  config: undefined,
});
const precommit = (site: string, make: () => Promise<unknown>): ServiceCommand => ({
  type: "precommit",
  site,
  service: { factory: () => ({ make: make as () => Promise<never> }), config: undefined },
});
const newExecutor = () => {
  const logger = recordingLogger();
  return { logger, executor: createServiceExecutor({ id: 0, count: 1, logger }) };
};

describe("a service executor", () => {
  it("breaks connections of a removed service after drainMs, and tells onDrained", async () => {
    const report = deferred<object>();
    const broken = deferred();
    const connection = { destroy: () => broken.resolve() };
    const acceptor = {
      async *[Symbol.asyncIterator]() {
        yield connection;
      },
      async [Symbol.asyncDispose]() {},
    };
    await using executor = createServiceExecutor(
      { id: 0, count: 1, logger: recordingLogger() },
      { drainMs: 20, onDrained: report.resolve },
    );
    await executor.execute({
      type: "prepare-and-commit",
      site: "x",
      service: serviceOf({ call: () => broken.promise }),
      listen: { factory: () => ({ make: async () => acceptor as never }), config: undefined },
    });
    await eventually(() => executor.stats().connections === 1);
    await executor.execute({ type: "remove", site: "x" });
    expect(await report.promise).toMatchObject({ site: "x", connections: 1, broken: 1 });
  });

  it("takes commands strictly one after the other", async () => {
    const { executor } = newExecutor();
    await using _ = executor;
    const slow = deferred<object>();
    const order: string[] = [];
    const first = executor.execute(precommit("a", () => slow.promise)).then(() => order.push("first"));
    const second = executor
      .execute(
        precommit("b", async () => {
          order.push("second factory");
          return { call: async () => {} };
        }),
      )
      .then(() => order.push("second"));
    await new Promise(setImmediate);
    expect(order).toEqual([]);
    slow.resolve({ call: async () => {} });
    await Promise.all([first, second]);
    expect(order).toEqual(["first", "second factory", "second"]);
  });

  it("goes on with the next command after one that failed", async () => {
    const { executor } = newExecutor();
    await using _ = executor;
    const failing = executor.execute(precommit("a", () => Promise.reject(new Error("no"))));
    const next = executor.execute(precommit("a", async () => ({ call: async () => {} })));
    await expect(failing).rejects.toThrow("building the service of site a from an inline factory failed: no");
    await next;
    expect(executor.stats().sites).toEqual([{ site: "a", staged: true, committed: false }]);
  });

  it("changes nothing until a prepared command is applied, and lets no other one pass", async () => {
    const { executor } = newExecutor();
    await using _ = executor;
    const prepared = await executor.prepare(precommit("a", async () => ({ call: async () => {} })));
    expect(executor.stats()).toEqual({ sites: [], connections: 0, services: 1 });
    let passed = false;
    const next = executor.execute({ type: "abort", site: "a" }).finally(() => {
      passed = true;
    });
    await new Promise(setImmediate);
    expect(passed).toBe(false);
    await prepared.apply();
    await next;
    expect(executor.stats().sites).toEqual([{ site: "a", staged: false, committed: false }]);
  });

  it("forgets a prepared command that is discarded, and disposes what was made for it", async () => {
    const { executor } = newExecutor();
    await using _ = executor;
    const dispose = vi.fn(async () => {});
    const service = { call: async () => {}, [Symbol.asyncDispose]: dispose };
    const prepared = await executor.prepare(precommit("a", async () => service));
    await prepared.discard();
    await eventually(() => expect(executor.stats()).toEqual({ sites: [], connections: 0, services: 0 }));
    expect(dispose).toHaveBeenCalledTimes(1);
  });

  it("gives a service two holders when its factory gives it twice, and disposes it once", async () => {
    const { executor } = newExecutor();
    const dispose = vi.fn(async () => {});
    const service = { call: async () => {}, [Symbol.asyncDispose]: dispose };
    for (const site of ["a", "b"])
      await executor.execute({ type: "precommit", site, service: serviceOf(service) });
    await executor.execute({ type: "remove", site: "a" });
    expect(dispose).not.toHaveBeenCalled();
    expect(executor.stats().services).toBe(1);
    await executor.execute({ type: "remove", site: "b" });
    await eventually(() => expect(executor.stats().services).toBe(0));
    expect(dispose).toHaveBeenCalledTimes(1);
  });

  it("logs that a service failed to end, and forgets it", async () => {
    const { executor, logger } = newExecutor();
    const service = { call: async () => {}, [Symbol.asyncDispose]: () => Promise.reject(new Error("stuck")) };
    await executor.execute({ type: "precommit", site: "a", service: serviceOf(service) });
    await executor.execute({ type: "remove", site: "a" });
    const record = await logger.waitFor(({ message }) => message === "disposing a service failed");
    expect(record).toMatchObject({ level: "warn", fields: { err: { code: "ERR_DISPOSE_FAILED" } } });
    await eventually(() => expect(executor.stats().services).toBe(0));
  });

  it.each([
    [
      "no factory",
      { factory: () => undefined as never, config: undefined },
      "no createService that gives a factory",
    ],
    ["no service", serviceOf({}), "no createService whose factory makes services"],
  ])("refuses a module that gives %s", async (_, service, reason) => {
    const { executor } = newExecutor();
    await using __ = executor;
    const refused = executor.execute({ type: "precommit", site: "a", service });
    await expect(refused).rejects.toThrow(BuildServiceError);
    await expect(refused).rejects.toThrow(reason);
    await expect(refused).rejects.toMatchObject({ cause: { code: "ERR_SPEC" } });
  });

  it("refuses a listener that cannot be closed, and leaves nothing of the service made for it", async () => {
    const { executor } = newExecutor();
    await using _ = executor;
    const iterableOnly = { async *[Symbol.asyncIterator]() {} };
    const refused = executor.execute({
      type: "prepare-and-commit",
      site: "a",
      service: serviceOf({ call: async () => {} }),
      listen: { factory: () => ({ make: async () => iterableOnly as never }), config: undefined },
    });
    await expect(refused).rejects.toThrow(BuildListenerError);
    await expect(refused).rejects.toThrow("no createListener whose factory makes acceptors");
    await eventually(() => expect(executor.stats()).toEqual({ sites: [], connections: 0, services: 0 }));
  });

  it("refuses commands once it is closed", async () => {
    const { executor } = newExecutor();
    const slow = deferred<object>();
    const running = executor.execute(precommit("a", () => slow.promise));
    const waiting = executor.execute(precommit("b", async () => ({ call: async () => {} })));
    const refused = Promise.all([
      expect(running).rejects.toThrow(CoreClosedError),
      expect(waiting).rejects.toThrow("the service executor is closed"),
    ]);
    const closed = executor.close({ graceMs: 0 });
    slow.resolve({ call: async () => {} });
    await refused;
    await closed;
    expect(executor.close({ graceMs: 1 })).toBe(closed);
    await eventually(() => expect(executor.stats()).toEqual({ sites: [], connections: 0, services: 0 }));
  });
});
