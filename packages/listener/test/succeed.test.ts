import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { formatAddress } from "@monolake/streams";
import { temporaryFolder } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { type ListenerConfig, listen } from "../src/index.ts";
import { createListener } from "../src/listen-module.ts";
import { answer, connectTo, nextOf } from "./peers.ts";

const succeed = { succeed: true };

/** Runs a test on a unix path and on a TCP address that cannot be bound twice. */
async function onBothKinds(test: (config: ListenerConfig) => Promise<void>): Promise<void> {
  await using directory = await temporaryFolder();
  await test({ type: "unix", value: join(directory.path, "a.sock") });
  expect(readdirSync(directory.path)).toEqual([]);
  const free = await listen({ type: "socket", value: "127.0.0.1:0", reusePort: false });
  await free.close();
  await test({ type: "socket", value: formatAddress(free.address), reusePort: false });
}

describe("a listener that succeeds another", () => {
  it("takes what comes once it is iterated over, and the old one until then", () =>
    onBothKinds(async (config) => {
      await using first = await listen(config, succeed);
      const old = first[Symbol.asyncIterator]();
      const oldNext = old.next();
      await using second = await listen(config, succeed);
      using before = await connectTo(first.address);
      answer((await oldNext).value as never, "old");
      expect(await before.received).toBe("old");

      const young = second[Symbol.asyncIterator]();
      using after = await connectTo(first.address);
      answer(await nextOf(young), "new");
      expect(await after.received).toBe("new");

      await first.close();
      using last = await connectTo(first.address);
      answer(await nextOf(young), "last");
      expect(await last.received).toBe("last");
    }));

  it("gives the address back when it closes first", () =>
    onBothKinds(async (config) => {
      await using first = await listen(config, succeed);
      const second = await listen(config, succeed);
      // Nobody iterates: it waits for the newest, and goes back to the old one with the address.
      using client = await connectTo(first.address);
      await second.close();
      answer(await nextOf(first[Symbol.asyncIterator]()), "back");
      expect(await client.received).toBe("back");
    }));

  it("frees the address when the last one is closed, and can begin anew", () =>
    onBothKinds(async (config) => {
      for (let round = 0; round < 3; round += 1) {
        const both = await Promise.all([listen(config, succeed), listen(config, succeed)]);
        await Promise.all(both.map((listener) => listener.close()));
        await expect(connectTo(both[0].address)).rejects.toThrow();
      }
    }));

  it("brings its own mode", async () => {
    await using directory = await temporaryFolder();
    const path = join(directory.path, "a.sock");
    const mode = () => statSync(path).mode & 0o777;
    const config = { type: "unix", value: path } as const;
    await using _first = await listen({ ...config, mode: 0o600 }, succeed);
    const second = await listen({ ...config, mode: 0o666 }, succeed);
    expect(mode()).toBe(0o666);
    await second.close();
    expect(mode()).toBe(0o600);
  });

  it("is in the way of one that does not succeed it", async () => {
    await using directory = await temporaryFolder();
    const config = { type: "unix", value: join(directory.path, "a.sock") } as const;
    await using _first = await listen(config, succeed);
    await expect(listen(config)).rejects.toMatchObject({ code: "ERR_LISTEN_ADDRESS_IN_USE" });
  });

  it("is what the listen module makes for a worker", async () => {
    await using directory = await temporaryFolder();
    const factory = createListener(
      { type: "unix", value: join(directory.path, "a.sock") },
      { id: 0, count: 1 },
    );
    await using first = await factory.make();
    await using second = await factory.make();
    expect(second.address).toEqual(first.address);
  });
});
