import { rawClient, startHttpUpstream } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { everyPath, startGateway } from "./gateway.ts";

/** What an upstream gets of a request that asks for an upgrade, as name and value pairs in lower case. */
async function forwarded(fields: string): Promise<Record<string, string | undefined>> {
  let seen: Record<string, string | undefined> = {};
  await using upstream = await startHttpUpstream((request, response) => {
    seen = request.headers as Record<string, string | undefined>;
    response.end("plain");
  });
  await using gateway = await startGateway({ routes: [everyPath([upstream.port])] });
  await using client = await rawClient(gateway.address);
  await client.write(`GET /x HTTP/1.1\r\nHost: a\r\n${fields}\r\n`);
  await client.readUntil("plain");
  return seen;
}

it("is forwarded with the protocol that the client asks for", async () => {
  const seen = await forwarded("Connection: Upgrade\r\nUpgrade: websocket\r\n");
  expect(seen).toMatchObject({ upgrade: "websocket", connection: "upgrade" });
});

it.each([
  "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
  "Connection: Upgrade\r\nUpgrade: H2C\r\n",
  "Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n",
  "Connection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: HTTP/2.0\r\n",
  "Connection: Upgrade\r\nUpgrade: TLS/1.0\r\n",
  // Not all upstreams know quoted strings, or what a protocol may be called.
  'Connection: Upgrade\r\nUpgrade: a"b, h2c, c"d\r\n',
  'Connection: Upgrade\r\nUpgrade: "h2c"\r\n',
  "Connection: Upgrade\r\nUpgrade: h2c;q=1\r\n",
  "Connection: Upgrade\r\nUpgrade: websocket h2c\r\n",
  "Connection: Upgrade\r\nUpgrade: \r\n",
])("is not forwarded to another HTTP, whose requests would pass every route: %j", async (fields) => {
  const seen = await forwarded(fields);
  expect(seen).not.toHaveProperty("upgrade");
  expect(seen).not.toHaveProperty("http2-settings");
});
