import { once } from "node:events";
import { createServer } from "node:net";
import {
  BaseContext,
  FactoryStack,
  findPrevious,
  makeInnermost,
  optionalLayer,
  type Service,
} from "@monolake/service-async";
import { acceptedStream, type ByteStream, type SocketAddress } from "@monolake/streams";
import { eventually, type RawClient, rawClient, temporaryFolder } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import {
  ConnectionsPerAddress,
  type ConnectionsPerAddressOptions,
  connectionContext,
  connectionsPerAddress,
} from "../../src/common/index.ts";
import { proxyProtocol } from "../../src/proxy-protocol/index.ts";
import { TcpEcho, tcpEcho } from "../../src/tcp/index.ts";
import { serveConnections } from "../serve-connections.ts";

class Context extends BaseContext {
  readonly peerAddress: SocketAddress;
  remoteAddress: SocketAddress | undefined = undefined;

  constructor({ remoteAddress: peer }: ByteStream) {
    super();
    this.peerAddress = peer;
  }
}

type Connections = Service<ByteStream, unknown>;

const limited = (options: ConnectionsPerAddressOptions, innermost = tcpEcho) =>
  FactoryStack.of(options, innermost)
    .push(connectionsPerAddress)
    .push(connectionContext((stream) => new Context(stream)))
    .check<ByteStream>();

/** How many addresses a service has connections of. */
const addressesOf = (service: unknown): number | undefined =>
  findPrevious(ConnectionsPerAddress, service)?.addresses;

/** Whether what a client says comes back. */
const isServed = async (client: RawClient, text = "here"): Promise<boolean> => {
  await client.write(text).catch(() => {});
  return client.readExactly(4).then(
    (echo) => echo.toString() === "here",
    () => false,
  );
};

/** Serves what can be put in the place of what was served before. */
async function serve(first: Connections) {
  let current = first;
  const served = await serveConnections({ call: (stream, context) => current.call(stream, context) });
  return {
    address: served.address,
    from: (localAddress: string) => rawClient(served.address, { localAddress, allowHalfOpen: true }),
    succeed(next: Connections) {
      current = next;
    },
    [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
  };
}

describe("a limit of connections per address", () => {
  it("closes what is beyond it before anything is read, and serves other addresses", async () => {
    const refused: SocketAddress[] = [];
    const options = { maxConnections: 2, onRefused: (address: SocketAddress) => void refused.push(address) };
    const service = await limited(options).make();
    await using served = await serve(service);
    await using first = await served.from("127.0.0.2");
    await using second = await served.from("127.0.0.2");
    expect([await isServed(first), await isServed(second)]).toEqual([true, true]);
    await using third = await served.from("127.0.0.2");
    expect(await third.readToEnd()).toBe("");
    await using other = await served.from("127.0.0.3");
    expect(await isServed(other)).toBe(true);
    expect(refused).toMatchObject([{ host: "127.0.0.2" }]);
    expect(addressesOf(service)).toBe(2);
    expect([await isServed(first), await isServed(second)]).toEqual([true, true]);
  });

  it.each([
    ["the client ends it", (client: RawClient) => client.end()],
    ["the client resets it", (client: RawClient) => client.reset()],
    ["the client leaves at once", (client: RawClient) => void client.socket.destroy()],
  ])("counts a connection no more when %s, and keeps no entry", async (_how, leave) => {
    const service = await limited({ maxConnections: 1 }).make();
    await using served = await serve(service);
    for (let round = 0; round < 20; round += 1) {
      await using client = await served.from("127.0.0.2");
      if (round % 2 === 0) expect(await isServed(client)).toBe(true);
      leave(client);
      await eventually(() => addressesOf(service) === 0);
    }
  });

  it.each([
    ["rejects", () => Promise.reject(new Error("it failed"))],
    [
      "throws",
      () => {
        throw new Error("it failed");
      },
    ],
  ])("counts a connection no more when the service inside %s", async (_how, call) => {
    const failing = () => makeInnermost(TcpEcho, () => Object.assign(new TcpEcho(), { call }));
    const service = await limited({ maxConnections: 1 }, failing).make();
    await using served = await serveConnections(service);
    for (let round = 0; round < 3; round += 1) {
      const call = served.nextCall();
      await using _client = await rawClient(served.address, { localAddress: "127.0.0.2" });
      await expect((await call).result).rejects.toThrow("it failed");
    }
    expect(addressesOf(service)).toBe(0);
  });

  it("goes on counting in a successor, whose own limit holds, and counts the connections of its predecessor down", async () => {
    const first = await limited({ maxConnections: 3 }).make();
    await using served = await serve(first);
    await using one = await served.from("127.0.0.2");
    await using two = await served.from("127.0.0.2");
    expect([await isServed(one), await isServed(two)]).toEqual([true, true]);

    const second = await limited({ maxConnections: 2 }).make(first);
    served.succeed(second);
    await using refused = await served.from("127.0.0.2");
    expect(await refused.readToEnd()).toBe("");
    one.end();
    await one.readToEnd();
    await one.closed;
    await eventually(async () => isServed(await served.from("127.0.0.2")));

    two.reset();
    await two.closed;
    await served[Symbol.asyncDispose]();
    await eventually(() => addressesOf(second) === 0);
    expect(addressesOf(first)).toBe(0);
  });

  it("does not count who connects over a unix socket", async () => {
    const service = await limited({ maxConnections: 1 }).make();
    await using folder = await temporaryFolder();
    const path = folder.file("socket");
    const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
      void service.call(acceptedStream(socket));
    });
    await once(server.listen(path), "listening");
    {
      await using one = await rawClient({ path });
      await using two = await rawClient({ path });
      expect([await isServed(one), await isServed(two)]).toEqual([true, true]);
      expect(addressesOf(service)).toBe(0);
    }
    await new Promise((resolve) => server.close(resolve));
  });
});

/** With PROXY headers of 127.0.0.1; with `peers`, those who connect themselves are counted, too. */
const behindProxies = ({ peers = true } = {}) => {
  const config = {
    named: { maxConnections: 2, counted: "named" } as const,
    peer: { maxConnections: 2, proxies: ["127.0.0.1"] } as const,
    proxy: { trustedProxies: ["127.0.0.1"], others: "direct", mode: "optional" } as const,
  };
  return FactoryStack.of(config, tcpEcho)
    .push(({ named }: typeof config, inner) => connectionsPerAddress<void, Context>(named, inner))
    .push(({ proxy }: typeof config, inner) => proxyProtocol(proxy, inner))
    .push(optionalLayer(({ peer }: typeof config) => (peers ? peer : undefined), connectionsPerAddress))
    .push(connectionContext((stream) => new Context(stream)))
    .check<ByteStream>();
};

describe("behind proxies that send PROXY headers", () => {
  const naming = (client: string) =>
    client.includes(":")
      ? `PROXY TCP6 ${client} ::1 4711 80\r\nhere`
      : `PROXY TCP4 ${client} 127.0.0.1 4711 80\r\nhere`;

  it.each([
    ["an address of IPv4", "203.0.113.7", "203.0.113.7", "203.0.113.8"],
    ["the first 64 bits of one of IPv6", "2001:db8::1", "2001:DB8:0::ffff:2", "2001:db8:0:1::1"],
    [
      "an address of IPv4 that is written as one of IPv6",
      "203.0.113.7",
      "::ffff:203.0.113.7",
      "::ffff:203.0.113.8",
    ],
    ["the same in hexadecimal digits", "203.0.113.7", "::ffff:cb00:7107", "::ffff:cb00:7108"],
  ])("%s is what counts, and not the proxy", async (_what, name, same, other) => {
    await using served = await serve(await behindProxies().make());
    const clients: RawClient[] = [];
    const asks = async (client: string) => {
      const connection = await served.from("127.0.0.1");
      clients.push(connection);
      return isServed(connection, naming(client));
    };
    expect([await asks(name), await asks(same)]).toEqual([true, true]);
    expect([await asks(name), await asks(same)]).toEqual([false, false]);
    expect([await asks(other), await asks(other), await asks(other)]).toEqual([true, true, false]);
    for (const client of clients) await client[Symbol.asyncDispose]();
  });

  it("those who connect themselves count from the moment they do, and proxies that name nobody do not", async () => {
    const service = await behindProxies().make();
    await using served = await serve(service);
    await using _one = await served.from("127.0.0.2");
    await using _two = await served.from("127.0.0.2");
    await using silent = await served.from("127.0.0.2");
    expect(await silent.readToEnd()).toBe("");
    for (let count = 0; count < 4; count += 1) {
      await using proxy = await served.from("127.0.0.1");
      expect(await isServed(proxy)).toBe(true);
    }
  });

  it.each([
    ["both counts move on to successors", true],
    ["the count of names stays what it is when those who connect are counted, too", false],
  ])("%s", async (_what, peers) => {
    const first = await behindProxies({ peers }).make();
    await using served = await serve(first);
    const clients: RawClient[] = [];
    const connect = async (address: string, text: string) => {
      const client = await served.from(address);
      clients.push(client);
      return isServed(client, text);
    };
    for (let count = 0; count < 2; count += 1) {
      expect(await connect("127.0.0.1", naming("203.0.113.7"))).toBe(true);
      expect(await connect("127.0.0.2", "here")).toBe(true);
    }
    served.succeed(await behindProxies().make(first));
    expect(await connect("127.0.0.1", naming("203.0.113.7"))).toBe(false);
    expect(await connect("127.0.0.2", "here")).toBe(!peers);
    for (const client of clients) await client[Symbol.asyncDispose]();
  });
});
