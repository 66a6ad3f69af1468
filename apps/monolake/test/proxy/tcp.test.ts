import { eventually, freePort, rawClient, startRawServer } from "@monolake/test-kit";
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

describe("a TCP server whose upstreams are all dead", () => {
  it("says so once for each of them, without a stack", async () => {
    const port = await freePort();
    await using proxy = await startProxyOf(`proxy_type = "tcp"
upstreams = [{ endpoint = { type = "socket", value = "127.0.0.1:${port}" } }]`);
    await using client = await rawClient(proxy.address);
    await client.readToEnd().catch(() => {});
    const warnings = () => proxy.log.filter(({ level }) => Number(level) >= 40);
    await eventually(
      () => warnings().length > 0 && proxy.log.some(({ msg }) => msg === "connection complete"),
    );
    expect(warnings()).toMatchObject([
      {
        msg: "an upstream could not be connected",
        server: "test",
        upstream: `127.0.0.1:${port}`,
        code: "ERR_UPSTREAM_CONNECT_REFUSED",
        reason: `connection to 127.0.0.1:${port} was refused`,
      },
    ]);
    expect(warnings()[0]).not.toHaveProperty("err");
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
