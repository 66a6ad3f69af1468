import { eventually } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { streamPair } from "./echo-peers.ts";
import { record } from "./recording-handler.ts";

/** The longest read of a new stream that has `bytes` waiting for it. */
async function longestRead(bytes: number): Promise<number> {
  await using pair = await streamPair();
  let longest = 0;
  let received = 0;
  const all = Promise.withResolvers<void>();
  record(pair.dialled);
  pair.dialled.write(Buffer.alloc(bytes));
  await eventually(() => pair.dialled.pendingBytes === 0);
  pair.accepted.attach({
    onData(chunk) {
      longest = Math.max(longest, chunk.length);
      received += chunk.length;
      if (received === bytes) all.resolve();
      return true;
    },
    onEnd() {},
    onDrain() {},
    onClose() {},
  });
  await all.promise;
  return longest;
}

it("reads are short while many peers do not take what is written to them, and long again afterwards", async () => {
  await using cleanup = new AsyncDisposableStack();
  expect(await longestRead(40_000)).toBeGreaterThan(4_096);
  const slow = [];
  for (let count = 0; count < 80; count += 1) {
    const pair = cleanup.use(await streamPair());
    // Nobody reads at the other end yet.
    expect(pair.accepted.write(Buffer.alloc(8 * 1024 * 1024))).toBe(false);
    slow.push(pair);
  }
  expect(await longestRead(40_000)).toBe(4_096);
  // Some take it all, the others are broken.
  const half = slow.splice(0, 40);
  for (const { dialled, accepted } of half) {
    accepted.attach({ onData: () => true, onEnd() {}, onDrain() {}, onClose() {} });
    dialled.attach({ onData: () => true, onEnd() {}, onDrain() {}, onClose() {} });
  }
  await eventually(() => half.every(({ accepted }) => accepted.pendingBytes === 0));
  expect(await longestRead(40_000)).toBeGreaterThan(4_096);
  for (const { dialled, accepted } of slow) {
    dialled.destroy();
    accepted.destroy();
  }
}, 20_000);
