import { BaseContext, FactoryStack } from "@monolake/service-async";
import { TunnelIdleError, watchedDeadlines } from "@monolake/streams";
import { rawClient, startRawServer, temporaryFolder } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { LoadBalancerEmptyError } from "../../src/common/index.ts";
import { TcpProxy, type TcpProxyOptions, type TcpUpstreamConfig, tcpProxy } from "../../src/tcp/index.ts";
import { serveConnections } from "../serve-connections.ts";

const at = (address: { readonly host: string; readonly port: number }): TcpUpstreamConfig => ({
  endpoint: { type: "socket", ...address },
});
const proxyTo = (...upstreams: readonly TcpUpstreamConfig[]) => proxyWith({ upstreams });
const proxyWith = (options: TcpProxyOptions) => serveConnections(new TcpProxy(options));

/** An upstream that says its name and then what it was sent. */
const named = (name: string) =>
  startRawServer(
    async (connection) => {
      connection.socket.end(`${name}:${await connection.readToEnd()}`, "latin1");
    },
    { allowHalfOpen: true },
  );

async function ask(address: { readonly host: string; readonly port: number }, text: string): Promise<string> {
  await using client = await rawClient(address, { allowHalfOpen: true });
  client.socket.end(text);
  return await client.readToEnd();
}

/** What is left of the tunnels when all is over. */
const nothingLeft = () => expect(watchedDeadlines()).toBe(0);

describe("the TCP proxy", () => {
  it("passes bytes both ways while both sides talk", async () => {
    await using upstream = await startRawServer();
    await using proxy = await proxyTo(at(upstream.address));
    await using client = await rawClient(proxy.address);
    const there = await upstream.nextConnection();
    await there.write("220 welcome\r\n");
    expect(await client.readUntil("\n")).toBe("220 welcome\r\n");
    await client.write("HELO\r\n");
    expect(await there.readUntil("\n")).toBe("HELO\r\n");
  });

  it("passes the end of one side on, and what the other one still sends", async () => {
    await using upstream = await named("a");
    await using proxy = await proxyTo(at(upstream.address));
    expect(await ask(proxy.address, "hello")).toBe("a:hello");
    expect(await proxy.calls[0]).toEqual({ bytesFromFirst: 5, bytesFromSecond: 7, error: undefined });
    nothingLeft();
  });

  it("passes large amounts on unharmed", async () => {
    await using upstream = await named("a");
    await using proxy = await proxyTo(at(upstream.address));
    const text = "0123456789".repeat(400_000);
    expect(await ask(proxy.address, text)).toBe(`a:${text}`);
  });

  it("dials unix sockets, and names", async () => {
    await using folder = await temporaryFolder();
    const path = folder.file("upstream.sock");
    await using upstream = await startRawServer(({ socket }) => socket.end("over unix"), { path });
    await using proxy = await proxyTo({ endpoint: { type: "unix", path } });
    expect(await ask(proxy.address, "")).toBe("over unix");
    await using byName = await named("named");
    await using second = await proxyTo(at({ host: "localhost", port: byName.port }));
    expect(await ask(second.address, "x")).toBe("named:x");
    expect(upstream.connections).toHaveLength(1);
  });

  it("ends the upstream's connection when the client resets its own, and says why", async () => {
    await using upstream = await startRawServer();
    await using proxy = await proxyTo(at(upstream.address));
    await using client = await rawClient(proxy.address);
    const there = await upstream.nextConnection();
    client.reset();
    await there.closed;
    expect(await proxy.calls[0]).toMatchObject({ error: { code: "ERR_CONNECTION_RESET" } });
    nothingLeft();
  });

  it("ends the client's connection when the upstream resets its own", async () => {
    await using upstream = await startRawServer();
    await using proxy = await proxyTo(at(upstream.address));
    await using client = await rawClient(proxy.address);
    const there = await upstream.nextConnection();
    await there.write("x");
    await client.readUntil("x");
    there.reset();
    await client.closed;
    expect(await proxy.calls[0]).toMatchObject({ error: { code: "ERR_CONNECTION_RESET" } });
    nothingLeft();
  });

  it("ends both when nothing moves for too long", async () => {
    await using upstream = await startRawServer();
    await using proxy = await proxyWith({ upstreams: [at(upstream.address)], idleTimeoutMs: 40 });
    await using client = await rawClient(proxy.address);
    const there = await upstream.nextConnection();
    await Promise.all([client.closed, there.closed]);
    expect(await proxy.calls[0]).toMatchObject({ error: expect.any(TunnelIdleError) });
    nothingLeft();
  });

  it("destroys both when it is cancelled", async () => {
    await using upstream = await startRawServer();
    const context = new BaseContext();
    const service = new TcpProxy({ upstreams: [at(upstream.address)] });
    await using proxy = await serveConnections(service, () => context);
    await using client = await rawClient(proxy.address);
    const there = await upstream.nextConnection();
    await there.write("x");
    await client.readUntil("x");
    context.cancellation.cancel(new Error("draining"));
    await Promise.all([client.closed, there.closed]);
    expect(await proxy.calls[0]).toMatchObject({ error: { message: "draining" } });
  });

  it("works without a cancellation in its context", async () => {
    await using upstream = await named("a");
    const service = new TcpProxy({ upstreams: [at(upstream.address)] });
    await using proxy = await serveConnections<unknown, object>(service, () => ({}));
    expect(await ask(proxy.address, "x")).toBe("a:x");
  });
});

describe("over several upstreams", () => {
  const roundRobin = (...upstreams: readonly TcpUpstreamConfig[]): TcpProxyOptions => ({
    upstreams,
    loadBalancer: "round_robin",
  });

  it("spreads connections, and a successor goes on with the turn", async () => {
    await using a = await named("a");
    await using b = await named("b");
    await using c = await named("c");
    const upstreams = [at(a.address), at(b.address), at(c.address)];
    const factory = FactoryStack.of(roundRobin(...upstreams), tcpProxy).toFactory();
    const first = await factory.make();
    const answers: string[] = [];
    for (const service of [first, await factory.make(first)]) {
      await using proxy = await serveConnections(service);
      for (const text of ["1", "2"]) answers.push(await ask(proxy.address, text));
    }
    expect(answers).toEqual(["a:1", "b:2", "c:1", "a:2"]);
  });

  it("cannot be made of none", () => {
    expect(() => new TcpProxy({ upstreams: [] })).toThrow(LoadBalancerEmptyError);
  });
});
