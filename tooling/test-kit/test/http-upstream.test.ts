import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { rawClient, startHttpUpstream } from "../src/index.ts";

it("echoes what it was asked and counts requests and connections", async () => {
  await using upstream = await startHttpUpstream();
  await using client = await rawClient(upstream.address);
  await client.write("POST /a?b HTTP/1.1\r\nHost: x\r\nX-Mixed: 1\r\ncontent-length: 3\r\n\r\nabc");
  const head = await client.readUntil("\r\n\r\n");
  expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  const body = await client.readExactly(Number(/content-length: (\d+)/.exec(head)?.[1]));
  expect(JSON.parse(body.toString())).toEqual({
    method: "POST",
    url: "/a?b",
    httpVersion: "1.1",
    rawHeaders: ["Host", "x", "X-Mixed", "1", "content-length", "3"],
    rawTrailers: [],
    bodyBytes: 3,
    bodySha256: createHash("sha256").update("abc").digest("hex"),
    connection: 1,
  });
  expect({ ...upstream }).toMatchObject({ connections: 1, openConnections: 1, requests: 1 });
});

it("runs the test's own handler", async () => {
  await using upstream = await startHttpUpstream((_request, response) => void response.writeHead(418).end());
  expect((await fetch(`${upstream.origin}/`)).status).toBe(418);
});

it("breaks open connections when it is disposed", async () => {
  const upstream = await startHttpUpstream();
  await using client = await rawClient(upstream.address);
  await client.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await client.readUntil("\r\n\r\n");
  await upstream[Symbol.asyncDispose]();
  await client.closed;
  expect(upstream.openConnections).toBe(0);
});
