import { expect, it } from "vitest";
import {
  type Acceptor,
  type CreateListener,
  type CreateService,
  createServiceExecutor,
  silentLogger,
} from "../src/index.ts";

/** A listener that accepts one item and then nothing until it is closed. */
const oneItem: CreateListener<string> = () => ({
  async make(): Promise<Acceptor<string>> {
    const closed = Promise.withResolvers<void>();
    return {
      async *[Symbol.asyncIterator]() {
        yield "item";
        await closed.promise;
      },
      async [Symbol.asyncDispose]() {
        closed.resolve();
      },
    };
  },
});

/** A service whose calls last until it is drained. */
function untilDrained() {
  const called = Promise.withResolvers<void>();
  const drained = Promise.withResolvers<void>();
  const createService: CreateService<string> = () => ({
    make: async () => ({
      async call() {
        called.resolve();
        await drained.promise;
      },
      drain: () => drained.resolve(),
    }),
  });
  return { createService, called: called.promise, drained: drained.promise };
}

const start = async () => {
  const executor = createServiceExecutor({ id: 0, count: 1, logger: silentLogger });
  const { createService, called, drained } = untilDrained();
  await executor.execute({
    type: "prepare-and-commit",
    site: "site",
    service: { factory: createService, config: undefined },
    listen: { factory: oneItem, config: undefined },
  });
  await called;
  return { executor, drained };
};

it("removing a site drains its service, so that connections end politely", async () => {
  const { executor, drained } = await start();
  await executor.execute({ type: "remove", site: "site" });
  await drained;
  await executor.close({ graceMs: 60_000 });
  expect(executor.stats()).toMatchObject({ connections: 0, services: 0 });
});

it("a command that was prepared and applied drains only when it is told that nobody accepts any more", async () => {
  const { executor, drained } = await start();
  const prepared = await executor.prepare({ type: "remove", site: "site" });
  const beginDrain = await prepared.apply();
  expect(executor.stats()).toMatchObject({ sites: [], connections: 1, services: 1 });
  beginDrain?.();
  await drained;
  await executor.close({ graceMs: 60_000 });
});

it("closing drains every service, and is over as soon as the connections are", async () => {
  const { executor, drained } = await start();
  await executor.close({ graceMs: 60_000 });
  await drained;
  expect(executor.stats()).toMatchObject({ connections: 0, services: 0 });
});
