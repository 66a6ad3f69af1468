import { deferred, eventually } from "@monolake/test-kit";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type Acceptor, createServiceExecutor, type ServiceExecutor } from "../src/index.ts";
import { recordingLogger } from "./recording-logger.ts";

/** An acceptor that delivers what the test gives it: values, and errors as failed accepts. */
class ScriptedAcceptor implements Acceptor<unknown> {
  readonly #script: (() => IteratorResult<unknown>)[] = [];
  #wake: (() => void) | undefined;

  accept(accepted: unknown): void {
    this.#add(() => ({ done: false, value: accepted }));
  }

  failAccept(error: Error): void {
    this.#add(() => {
      throw error;
    });
  }

  end(): void {
    this.#add(() => ({ done: true, value: undefined }));
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    return {
      next: async () => {
        while (this.#script.length === 0) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
        return (this.#script.shift() as () => IteratorResult<unknown>)();
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
  }

  #add(step: () => IteratorResult<unknown>): void {
    this.#script.push(step);
    this.#wake?.();
  }
}

type Call = (accepted: unknown, context: object) => Promise<unknown>;

async function startSite(call: Call, acceptor: Acceptor<unknown> = new ScriptedAcceptor()) {
  const logger = recordingLogger();
  const executor = createServiceExecutor({ id: 0, count: 1, logger });
  const deploy = (next: Call) => executor.execute({ ...precommit(next), site: "site" });
  await executor.execute({
    type: "prepare-and-commit",
    site: "site",
    service: precommit(call).service,
    listen: { factory: () => ({ make: async () => acceptor }), config: undefined },
  });
  return { logger, executor, deploy, acceptor: acceptor as ScriptedAcceptor };
}

const precommit = (call: Call) => ({
  type: "precommit" as const,
  service: { factory: () => ({ make: async () => ({ call }) }), config: undefined },
});

const idle = (executor: ServiceExecutor) => eventually(() => expect(executor.stats().connections).toBe(0));

/** Something that can be broken, as a socket can. */
const breakable = () => {
  const broken = deferred<Error>();
  return { destroy: (error: Error) => broken.resolve(error), broken: broken.promise };
};

describe("the serve loop", () => {
  it("calls the service with each accepted item and a new, empty context", async () => {
    const calls: [unknown, object][] = [];
    const { executor, acceptor } = await startSite(async (accepted, context) => {
      calls.push([accepted, context]);
    });
    await using _ = executor;
    acceptor.accept("one");
    acceptor.accept("two");
    await eventually(() => expect(calls).toHaveLength(2));
    expect(calls).toEqual([
      ["one", {}],
      ["two", {}],
    ]);
    expect(calls[0]?.[1]).not.toBe(calls[1]?.[1]);
  });

  it("looks up the service anew for each accepted item", async () => {
    const calls: string[] = [];
    const { executor, acceptor, deploy } = await startSite(async (accepted) => {
      calls.push(`first ${accepted}`);
    });
    await using _ = executor;
    acceptor.accept("one");
    await eventually(() => expect(calls).toHaveLength(1));
    await deploy(async (accepted) => {
      calls.push(`second ${accepted}`);
    });
    await executor.execute({ type: "update", site: "site" });
    acceptor.accept("two");
    await eventually(() => expect(calls).toEqual(["first one", "second two"]));
  });

  it("goes on after a failed accept", async () => {
    const served = deferred<unknown>();
    const { executor, acceptor, logger } = await startSite(async (accepted) => served.resolve(accepted));
    await using _ = executor;
    acceptor.failAccept(new Error("too many open files"));
    acceptor.failAccept(new Error("too many open files"));
    acceptor.accept("one");
    expect(await served.promise).toBe("one");
    expect(logger.records.filter(({ message }) => message === "accepting failed")).toMatchObject([
      { level: "warn", fields: { site: "site", pauseMs: 5, err: { message: "too many open files" } } },
      { level: "warn", fields: { site: "site", pauseMs: 10 } },
    ]);
  });

  it("does not keep a failing listener from being closed", async () => {
    const { executor, acceptor, logger } = await startSite(async () => {});
    for (let count = 0; count < 100; count += 1) acceptor.failAccept(new Error("broken"));
    await logger.waitFor(({ message }) => message === "accepting failed");
    await executor.execute({ type: "remove", site: "site" });
    await expect.poll(() => executor.stats()).toEqual({ sites: [], connections: 0, services: 0 });
  });

  it("breaks the item when its call rejects, and goes on", async () => {
    const { executor, acceptor, logger } = await startSite(async () => {
      throw new Error("handler failed");
    });
    await using _ = executor;
    const items = [breakable(), breakable()] as const;
    for (const item of items) acceptor.accept(item);
    expect((await items[0].broken).message).toBe("handler failed");
    expect((await items[1].broken).message).toBe("handler failed");
    await idle(executor);
    expect(logger.records.filter(({ level }) => level === "warn")).toMatchObject([
      { message: "connection broken", fields: { site: "site", err: { message: "handler failed" } } },
      { message: "connection broken" },
    ]);
  });

  it("takes a call that throws instead of rejecting, and a thrown value that is no error", async () => {
    const { executor, acceptor } = await startSite(() => {
      throw "text";
    });
    await using _ = executor;
    const item = breakable();
    acceptor.accept(item);
    expect((await item.broken).cause).toBe("text");
  });

  it("takes items of any kind, and those whose destroy throws", async () => {
    const { executor, acceptor, logger } = await startSite(async () => {
      throw new Error("handler failed");
    });
    await using _ = executor;
    const hostile = {
      destroy() {
        throw new Error("no");
      },
    };
    for (const item of [undefined, null, 1, "text", { destroy: true }, hostile]) acceptor.accept(item);
    await eventually(() =>
      expect(logger.records.filter(({ message }) => message === "connection broken")).toHaveLength(6),
    );
    await idle(executor);
  });

  it("does not touch the item when its call succeeds", async () => {
    const { executor, acceptor, logger } = await startSite(async () => {});
    await using _ = executor;
    let destroyed = 0;
    acceptor.accept({ destroy: () => (destroyed += 1) });
    expect((await logger.waitFor(({ message }) => message === "connection complete")).level).toBe("debug");
    expect(destroyed).toBe(0);
  });

  it.each([
    [Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" })],
    [Object.assign(new Error("write EPIPE"), { code: "EPIPE" })],
  ])("logs %s, which is the peer's doing, at debug level", async (error) => {
    const { executor, acceptor, logger } = await startSite(() => Promise.reject(error));
    await using _ = executor;
    acceptor.accept("one");
    const record = await logger.waitFor(({ fields }) => fields["err"] === error);
    expect(record).toMatchObject({ level: "debug", message: "connection broken by its peer" });
  });

  it("serves what was accepted before the listener closed", async () => {
    const calls: unknown[] = [];
    const { executor, acceptor } = await startSite(async (accepted) => calls.push(accepted));
    for (const item of [1, 2, 3]) acceptor.accept(item);
    await executor.execute({ type: "remove", site: "site" });
    expect(calls).toEqual([1, 2, 3]);
    await eventually(() => expect(executor.stats().services).toBe(0));
  });

  it("says that a listener ended by itself, and keeps the site", async () => {
    const { executor, acceptor, logger } = await startSite(async () => {});
    await using _ = executor;
    acceptor.end();
    const record = await logger.waitFor(({ message }) => message === "the listener ended by itself");
    expect(record).toMatchObject({ level: "warn", fields: { site: "site" } });
    expect(executor.stats().sites).toEqual([{ site: "site", staged: false, committed: true }]);
  });

  it("says that a listener failed to close, and removes the site nevertheless", async () => {
    class Stubborn extends ScriptedAcceptor {
      override async [Symbol.asyncDispose](): Promise<void> {
        this.end();
        throw new Error("cannot close");
      }
    }
    const { executor, logger } = await startSite(async () => {}, new Stubborn());
    await executor.execute({ type: "remove", site: "site" });
    expect(executor.stats().sites).toEqual([]);
    expect(logger.records).toContainEqual({
      level: "warn",
      fields: { site: "site", err: new Error("cannot close") },
      message: "closing the listener failed",
    });
  });

  it("does not wait for ever for a listener that does not end, and breaks what that still delivers", async () => {
    class Endless extends ScriptedAcceptor {
      override async [Symbol.asyncDispose](): Promise<void> {}
    }
    const { executor, acceptor, logger } = await startSite(async () => {}, new Endless());
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const removed = executor.execute({ type: "remove", site: "site" });
    await vi.advanceTimersByTimeAsync(5_000);
    await removed;
    expect(logger.records.at(-1)?.message).toBe("the listener did not end in time after it was closed");
    const late = breakable();
    acceptor.accept(late);
    expect(await late.broken).toMatchObject({ code: "ERR_LISTENER_CLOSED", site: "site" });
    await eventually(() => expect(executor.stats().services).toBe(0));
  });
});
