import { type EchoedRequest, rawClient, startHttpUpstream } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { everyPath, startGateway } from "./gateway.ts";

/** The Host that an upstream sees of a request. */
async function hostSeen(head: string, host: "upstream" | "preserve"): Promise<string | undefined> {
  await using upstream = await startHttpUpstream();
  await using gateway = await startGateway({ routes: [everyPath([upstream.port])], upstream: { host } });
  await using client = await rawClient(gateway.address);
  void client.write(`${head}\r\n\r\n`);
  const answer = await client.readToEnd();
  const { rawHeaders } = JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4)) as EchoedRequest;
  const port = String(upstream.port);
  return rawHeaders[rawHeaders.indexOf("Host") + 1]?.replace(port, "PORT");
}

it.each([
  ["GET /x HTTP/1.1\r\nHost: a.test\r\nConnection: close", "upstream", "127.0.0.1:PORT"],
  ["GET /x HTTP/1.1\r\nHost: a.test\r\nConnection: close", "preserve", "a.test"],
  ["GET http://b.test/x HTTP/1.1\r\nHost: a.test\r\nConnection: close", "preserve", "b.test"],
  // HTTP/1.0 may do without, HTTP/1.1 may not (RFC 9112 section 3.2).
  ["GET /x HTTP/1.0", "upstream", "127.0.0.1:PORT"],
  ["GET /x HTTP/1.0", "preserve", "127.0.0.1:PORT"],
] as const)("the upstream sees the right Host: %j, %s", async (head, host, expected) => {
  expect(await hostSeen(head, host)).toBe(expected);
});
