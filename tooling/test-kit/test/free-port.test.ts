import { expect, it } from "vitest";
import { freePort, portAccepts, startHttpUpstream } from "../src/index.ts";

it("gives ports where nobody listens, below those that connections get", async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, freePort));
  for (const port of ports) {
    expect(port).toBeLessThan(32_768);
    await expect(portAccepts(port)).rejects.toThrow("ECONNREFUSED");
  }
});

it("tells that a port accepts", async () => {
  await using upstream = await startHttpUpstream();
  expect(await portAccepts(upstream.port)).toBe(true);
});
