import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";
import { EchoClient, type EchoHandler, EchoProcessor } from "@monolake/test-kit/thrift-echo";
import thrift, { type ServerOptions } from "thrift";
import { describe, expect, it } from "vitest";
import { startProxyOf } from "./start-proxy.ts";

const { TBinaryProtocol, TBufferedTransport, TCompactProtocol, TFramedTransport } = thrift;
type Options = Pick<ServerOptions<unknown, unknown>, "protocol" | "transport">;

const combinations: readonly (readonly [string, Options])[] = [
  ["binary, framed", { protocol: TBinaryProtocol, transport: TFramedTransport }],
  ["binary, unframed", { protocol: TBinaryProtocol, transport: TBufferedTransport }],
  ["compact, framed", { protocol: TCompactProtocol, transport: TFramedTransport }],
  ["compact, unframed", { protocol: TCompactProtocol, transport: TBufferedTransport }],
];

/** A server of the thrift package, the proxy, and a client of the package that knows only the proxy. */
async function startAll(options: Options, handler: EchoHandler) {
  await using cleanup = new AsyncDisposableStack();
  const server = thrift.createServer(EchoProcessor, handler, options) as unknown as Server;
  // At its end the proxy resets what is still connected; a call that is under way then fails by itself.
  server.on("error", () => {});
  await once(server.listen(0, "127.0.0.1"), "listening");
  cleanup.defer(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const proxy = cleanup.use(
    await startProxyOf(`proxy_type = "thrift"
route.upstreams = [{ endpoint = { type = "socket", value = "127.0.0.1:${(server.address() as AddressInfo).port}" } }]`),
  );
  const connection = thrift.createConnection(proxy.host, proxy.port, options);
  connection.on("error", () => {});
  cleanup.defer(() => connection.end());
  const client = thrift.createClient(EchoClient, connection);
  const owned = cleanup.move();
  return { client, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

describe.each(combinations)("the npm package thrift on both sides, %s", (_name, options) => {
  it("gets its answers through the proxy", async () => {
    await using peers = await startAll(options, { echo: async (value) => `${value}, and back` });
    const { client } = peers;
    expect(await client.echo("zażółć 📦")).toBe("zażółć 📦, and back");
    const large = "large ".repeat(200_000);
    expect(await client.echo(large)).toBe(`${large}, and back`);
  });

  it("gets the answers of 100 calls that it makes at once", async () => {
    await using peers = await startAll(options, { echo: async (value) => value });
    const values = Array.from({ length: 100 }, (_, index) => `call ${index}`);
    expect(await Promise.all(values.map((value) => peers.client.echo(value)))).toEqual(values);
  });

  it("gets the server's exceptions, and goes on with the connection", async () => {
    await using peers = await startAll(options, {
      echo: async (value) => (value === "bad" ? Promise.reject(new Error("not that one")) : value),
    });
    await expect(peers.client.echo("bad")).rejects.toThrow("not that one");
    expect(await peers.client.echo("good")).toBe("good");
  });
});
