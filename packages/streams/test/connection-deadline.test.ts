import { expect, it } from "vitest";
import { ConnectionDeadline, unwatchDeadline, watchDeadline } from "../src/index.ts";
import { streamPair } from "./echo-peers.ts";

const timeoutMs = 60;

/** How long a peer that takes nothing was waited for, when `sentBytes` of the message had been written. */
async function stallOf(sentBytes: number): Promise<number> {
  await using pair = await streamPair();
  expect(pair.accepted.write(Buffer.alloc(32 * 1024 * 1024))).toBe(false);
  const stalled = Promise.withResolvers<string>();
  const deadline = new ConnectionDeadline(pair.accepted, timeoutMs, stalled.resolve);
  watchDeadline(deadline);
  const startMs = performance.now();
  deadline.writeMoved(true, sentBytes);
  expect(await stalled.promise).toBe("write");
  unwatchDeadline(deadline);
  pair.dialled.destroy();
  pair.accepted.destroy();
  return performance.now() - startMs;
}

it("a peer that takes nothing gets its time, and longer when it was sent more than a slow one shows to take in that", async () => {
  expect(await stallOf(64 * 1024)).toBeGreaterThanOrEqual(timeoutMs - 1);
  expect(await stallOf(2 * 1024 * 1024)).toBeGreaterThanOrEqual(3 * timeoutMs);
});
