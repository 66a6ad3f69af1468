import { existsSync } from "node:fs";
import { temporaryFolder } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { ListenPathOccupiedError, listen } from "../src/index.ts";
import { connectTo } from "./peers.ts";

it("a unix socket is taken over from whoever listens there, and stays when that one closes", async () => {
  await using folder = await temporaryFolder();
  const value = folder.file("a.sock");
  const before = await listen({ type: "unix", value });
  await expect(listen({ type: "unix", value })).rejects.toThrow("in use");
  await using after = await listen({ type: "unix", value }, { takeOver: true });
  await before.close();
  await connectTo(after.address);
  const { value: stream } = await after[Symbol.asyncIterator]().next();
  stream?.destroy();
  await after.close();
  expect(existsSync(value)).toBe(false);
});

it("a file that is no socket is not taken over", async () => {
  await using folder = await temporaryFolder();
  const value = await folder.write("a.sock", "text");
  await expect(listen({ type: "unix", value }, { takeOver: true })).rejects.toThrow(ListenPathOccupiedError);
});
