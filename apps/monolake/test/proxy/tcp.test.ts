import { freePort, rawClient, startRawServer } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { startProxyOf } from "./start-proxy.ts";

describe("a TCP server", () => {
  it("passes bytes both ways, and each side's end", async () => {
    await using upstream = await startRawServer(
      async (connection) => {
        const request = await connection.readToEnd();
        await connection.write(`${request} and back`);
        connection.end();
      },
      { allowHalfOpen: true },
    );
    await using proxy = await startProxyOf(`proxy_type = "tcp"
upstreams = [{ endpoint = { type = "socket", value = "127.0.0.1:${upstream.port}" } }]`);
    await using client = await rawClient(proxy.address, { allowHalfOpen: true });
    await client.write("there");
    client.end();
    expect(await client.readToEnd()).toBe("there and back");
  });

  it("goes to the next upstream when one refuses", async () => {
    await using upstream = await startRawServer(async (connection) => {
      await connection.write("alive");
      connection.end();
    });
    await using proxy = await startProxyOf(`proxy_type = "tcp"
load_balancer = "first"
upstreams = [
  { endpoint = { type = "socket", value = "127.0.0.1:${await freePort()}" } },
  { endpoint = { type = "socket", value = "127.0.0.1:${upstream.port}" } },
]`);
    await using client = await rawClient(proxy.address);
    expect(await client.readToEnd()).toBe("alive");
  });
});

describe("an echo server", () => {
  it("sends back what it is sent", async () => {
    await using proxy = await startProxyOf('proxy_type = "echo"');
    await using client = await rawClient(proxy.address, { allowHalfOpen: true });
    await client.write("echo this");
    client.end();
    expect(await client.readToEnd()).toBe("echo this");
  });
});
