import type { ByteStream, SocketAddress } from "@monolake/streams";
import { describe, expect, it } from "vitest";
import { orderAddresses } from "../src/connect/address-order.ts";
import { type Dial, type RaceState, raceAddresses } from "../src/connect/connect-race.ts";

const address = (host: string): SocketAddress => ({ type: "socket", host, port: 80 });

/** Attempts that a test settles by hand. */
function scriptedDial() {
  const attempts = new Map<string, PromiseWithResolvers<ByteStream> & { signal: AbortSignal }>();
  const dial: Dial = (to, signal) => {
    const attempt = { ...Promise.withResolvers<ByteStream>(), signal };
    attempts.set(to.type === "socket" ? to.host : to.path, attempt);
    return attempt.promise;
  };
  return { dial, attempts };
}

function fakeStream() {
  const stream = { destroyed: false, destroy: () => void Object.assign(stream, { destroyed: true }) };
  return stream as unknown as ByteStream & { destroyed: boolean };
}

const race = (hosts: string, dial: Dial, options: { attemptDelayMs?: number; signal?: AbortSignal } = {}) => {
  const state: RaceState = { tried: [], failed: [] };
  const { attemptDelayMs = 60_000, signal = new AbortController().signal } = options;
  const won = raceAddresses([...hosts].map(address), { dial, attemptDelayMs, signal, state });
  return { won, state };
};

describe("a race", () => {
  it("starts the next attempt as soon as one fails", async () => {
    const { dial, attempts } = scriptedDial();
    const { won, state } = race("ab", dial);
    expect([...attempts.keys()]).toEqual(["a"]);
    attempts.get("a")?.reject(new Error("refused"));
    await Promise.resolve();
    expect([...attempts.keys()]).toEqual(["a", "b"]);
    const stream = fakeStream();
    attempts.get("b")?.resolve(stream);
    expect(await won).toBe(stream);
    expect(state.failed).toMatchObject([{ address: { host: "a" } }]);
  });

  it("is won by the first connection, even of an earlier attempt, and ends the others", async () => {
    const { dial, attempts } = scriptedDial();
    const { won } = race("abc", dial, { attemptDelayMs: 1 });
    await new Promise<void>((resolve) => {
      const look = () => (attempts.size === 3 ? resolve() : setTimeout(look, 1));
      look();
    });
    const [first, late] = [fakeStream(), fakeStream()];
    attempts.get("a")?.resolve(first);
    attempts.get("c")?.resolve(late);
    expect(await won).toBe(first);
    expect(attempts.get("b")?.signal.aborted).toBe(true);
    expect([first.destroyed, late.destroyed]).toEqual([false, true]);
  });

  it("is lost when all have failed", async () => {
    const { dial, attempts } = scriptedDial();
    const { won, state } = race("ab", dial);
    attempts.get("a")?.reject(new Error("1"));
    await Promise.resolve();
    attempts.get("b")?.reject(new Error("2"));
    await expect(won).rejects.toBeUndefined();
    expect(state.failed).toHaveLength(2);
  });

  it("ends when the signal says so, and destroys what connects afterwards", async () => {
    const { dial, attempts } = scriptedDial();
    const controller = new AbortController();
    const { won } = race("ab", dial, { signal: controller.signal });
    controller.abort(new Error("stop"));
    await expect(won).rejects.toThrow("stop");
    expect(attempts.get("a")?.signal.aborted).toBe(true);
    const late = fakeStream();
    attempts.get("a")?.resolve(late);
    await Promise.resolve();
    expect(late.destroyed).toBe(true);
    expect(attempts.size).toBe(1);
  });
});

describe("the order of addresses", () => {
  const addresses = ["4a", "4b", "4c", "6a", "6b"].map(
    (host) => ({ host, family: host.startsWith("6") ? 6 : 4 }) as const,
  );
  const order = (firstFamily: 4 | 6, turn: number) =>
    orderAddresses(addresses, { firstFamily, turn })
      .map(({ host }) => host)
      .join(" ");

  it("lets the families take turns", () => {
    expect(order(6, 0)).toBe("6a 4a 6b 4b 4c");
    expect(order(4, 0)).toBe("4a 6a 4b 6b 4c");
  });

  it("begins with another address each time", () => {
    expect(order(4, 1)).toBe("4b 6b 4c 6a 4a");
    expect(order(4, 5)).toBe("4c 6b 4a 6a 4b");
  });
});
