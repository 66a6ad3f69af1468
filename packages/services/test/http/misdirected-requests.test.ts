import { rawClient, startHttpUpstream } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { everyPath, startGateway } from "./gateway.ts";

/** The status of the answer to a target in absolute-form that came in cleartext, and of a plain request behind it. */
async function ask(target: string, trustedProxies: readonly string[] = []): Promise<readonly number[]> {
  await using upstream = await startHttpUpstream();
  await using gateway = await startGateway({
    routes: [everyPath([upstream.port])],
    upstream: { forwarding: { trustedProxies } },
  });
  await using client = await rawClient(gateway.address);
  void client.write(
    `POST ${target} HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET /next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
  );
  const answers = await client.readToEnd();
  return [...answers.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}

describe("a resource of https that is asked for in cleartext", () => {
  it("is not here (RFC 9110 section 7.4), and the connection goes on", async () => {
    expect(await ask("https://a.test/x")).toEqual([421, 200]);
    expect(await ask("HTTPS://a.test:443/x")).toEqual([421, 200]);
  });

  it("is here when a trusted proxy asks, which has terminated TLS", async () => {
    expect(await ask("https://a.test/x", ["127.0.0.1"])).toEqual([200, 200]);
  });

  it("is not what a target of http, or one with https in its path, is about", async () => {
    expect(await ask("http://a.test/x")).toEqual([200, 200]);
    expect(await ask("/https://a.test/x")).toEqual([200, 200]);
    expect(await ask("http://a.test/https://b.test/x")).toEqual([200, 200]);
  });
});
