import { startHttp2Upstream } from "@monolake/test-kit";
import { expect, it, vi } from "vitest";
import { StreamTable } from "../../src/h2/stream-table.ts";
import { createRequest } from "../../src/index.ts";
import { connect } from "./client-connection.ts";

it("a table says when the last id was taken", () => {
  const table = new StreamTable("client", 0, 2 ** 31 - 3);
  expect([table.takeId(), table.exhausted]).toEqual([2 ** 31 - 3, false]);
  expect([table.takeId(), table.exhausted]).toEqual([2 ** 31 - 1, true]);
  expect(table.takeId()).toBeUndefined();
});

it("a connection without ids for more streams takes no more requests, and answers the last", async () => {
  await using upstream = await startHttp2Upstream((stream) => {
    stream.respond({ ":status": 200 }, { endStream: true });
  });
  await using client = await connect(upstream);
  // Nobody waits for 2^30 requests.
  using _exhausted = vi.spyOn(StreamTable.prototype, "exhausted", "get").mockReturnValue(true);
  const answer = client.send(createRequest({ headers: { Host: "a" } }));
  expect([client.connection.hasRoom, client.events]).toEqual([false, ["leaving"]]);
  expect((await answer).status).toBe(200);
  await client.closed;
});
