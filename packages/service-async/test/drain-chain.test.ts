import { expect, it } from "vitest";
import { drainChain } from "../src/index.ts";

it("drains every service of a chain that can, from the outside in", () => {
  const drained: string[] = [];
  const named = (name: string, inner?: object) => ({ inner, drain: () => drained.push(name) });
  drainChain(named("core", { inner: named("upstream") }));
  expect(drained).toEqual(["core", "upstream"]);
});

it("goes on when one of them fails", async () => {
  const warned = new Promise((resolve) => process.once("warning", resolve));
  let drained = false;
  const inner = {
    drain() {
      drained = true;
    },
  };
  drainChain({
    inner,
    drain() {
      throw new Error("cannot");
    },
  });
  expect(drained).toBe(true);
  expect(await warned).toMatchObject({ message: "cannot" });
});
