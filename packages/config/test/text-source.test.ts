import { expect, it } from "vitest";
import { createTextSource } from "../src/index.ts";

it("gives the text with the name for problems and a revision that differs when the text does", async () => {
  const source = createTextSource("one", "mine.toml");
  const first = await source.load();
  expect(first).toEqual({
    files: [{ text: "one", file: "mine.toml" }],
    revision: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  source.set("two");
  expect(await source.load()).toMatchObject({ files: [{ text: "two", file: "mine.toml" }] });
  expect((await source.load()).revision).not.toBe(first.revision);
  expect(await createTextSource("x").load()).toMatchObject({ files: [{ file: "config" }] });
});

it("tells whoever watches about the last of the texts that are new, and ends with the signal", async () => {
  const source = createTextSource("one");
  await source.load();
  const stop = new AbortController();
  const changes = source.watch(stop.signal)[Symbol.asyncIterator]();
  const next = changes.next();
  source.set("one");
  source.set("two");
  source.set("three");
  expect((await next).value).toMatchObject({ type: "changed", config: { files: [{ text: "three" }] } });
  const end = changes.next();
  source.set("three");
  stop.abort();
  expect((await end).done).toBe(true);
});
