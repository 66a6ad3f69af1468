import { BaseContext, type Service } from "@monolake/service-async";
import { type ByteStream, type SocketAddress, StreamReader } from "@monolake/streams";
import { feedSplit, type RawClient, rawClient, splitEverywhere } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import {
  type ProxyHeader,
  ProxyProtocol,
  type ProxyProtocolOptions,
} from "../../src/proxy-protocol/index.ts";
import { serveConnections } from "../serve-connections.ts";
import { binaryHeader, ipv4Block, tlv, withChecksum } from "./headers.ts";

class Context extends BaseContext {
  readonly peerAddress: SocketAddress = { type: "socket", host: "127.0.0.1", port: 1 };
  remoteAddress: SocketAddress | undefined = undefined;
  localAddress: SocketAddress | undefined = undefined;
  proxyHeader: ProxyHeader | undefined = undefined;
}

/** What the service inside saw. */
interface Seen {
  readonly bytes: string;
  readonly client: string | undefined;
  readonly destination: string | undefined;
  readonly header: ProxyHeader | undefined;
}

const text = (address: SocketAddress | undefined) =>
  address?.type === "socket" ? `${address.host} ${address.port}` : undefined;

const recording: Service<ByteStream, Seen, Context> = {
  async call(stream, context) {
    const reader = new StreamReader(stream);
    let bytes = "";
    for (let chunk = await reader.read(); chunk !== undefined; chunk = await reader.read())
      bytes += chunk.toString("latin1");
    stream.end();
    return {
      bytes,
      client: text(context.remoteAddress),
      destination: text(context.localAddress),
      header: context.proxyHeader,
    };
  },
};

const trusting: ProxyProtocolOptions = { trustedProxies: ["127.0.0.0/8"] };
const strangers: ProxyProtocolOptions = { trustedProxies: ["10.0.0.0/8"] };
const line = "PROXY TCP4 203.0.113.7 198.51.100.1 4711 443\r\n";

async function serve(options: ProxyProtocolOptions) {
  const service = new ProxyProtocol<Seen, Context>(recording, options);
  const served = await serveConnections<Seen | undefined, Context>(service, () => new Context());
  return { service, ...served, [Symbol.asyncDispose]: () => served[Symbol.asyncDispose]() };
}

/** What becomes of a connection on which a client does this and then ends its side. */
async function outcome(
  options: ProxyProtocolOptions,
  act: (client: RawClient) => unknown,
): Promise<Seen | undefined> {
  await using served = await serve(options);
  const call = served.nextCall();
  await using client = await rawClient(served.address, { allowHalfOpen: true });
  const { result } = await call;
  await act(client);
  if (!client.socket.destroyed) client.end();
  return await result;
}

const sending = (options: ProxyProtocolOptions, bytes: string | Buffer) =>
  outcome(options, (client) => client.write(bytes));

describe("a trusted proxy", () => {
  it.each([
    ["1", line],
    ["2", binaryHeader()],
    ["2 with a checksum", withChecksum([tlv(2, "example.com")])],
    ["2 for datagrams", binaryHeader({ familyAndTransport: 0x12 })],
  ])("names its client with version %s, and what follows is the connection", async (_version, header) => {
    const bytes = Buffer.concat([Buffer.from(header as string, "latin1"), Buffer.from("GET / HTTP/1.1\r\n")]);
    expect(await sending(trusting, bytes)).toMatchObject({
      bytes: "GET / HTTP/1.1\r\n",
      client: "203.0.113.7 4711",
      destination: "198.51.100.1 443",
      header: { command: "proxy" },
    });
  });

  it.each([
    ["PROXY UNKNOWN\r\n"],
    [binaryHeader({ versionAndCommand: 0x20 })],
    [binaryHeader({ familyAndTransport: 0x00, block: Buffer.alloc(0) })],
    [binaryHeader({ familyAndTransport: 0x31, block: Buffer.alloc(216, "x") })],
  ])("speaks for itself where the header names nobody: %j", async (header) => {
    const seen = await sending(
      trusting,
      Buffer.concat([Buffer.from(header as string, "latin1"), Buffer.from("data")]),
    );
    expect(seen).toMatchObject({ bytes: "data", client: undefined, destination: undefined });
    expect(seen?.header).toBeDefined();
  });

  it("may send its header in any two parts, and byte by byte", async () => {
    await using served = await serve(trusting);
    for (const header of [Buffer.from(line), withChecksum([tlv(2, "a")])]) {
      for (const [head, tail] of splitEverywhere(header)) {
        const call = served.nextCall();
        await using client = await rawClient(served.address, { allowHalfOpen: true });
        const { result } = await call;
        await client.write(head);
        // A turn of the loop, so that the two parts are two reads more often than not.
        await new Promise(setImmediate);
        await client.write(Buffer.concat([tail, Buffer.from("rest")]));
        client.end();
        expect(await result).toMatchObject({ bytes: "rest", client: "203.0.113.7 4711" });
      }
      expect(
        await outcome(trusting, (client) =>
          feedSplit(Buffer.concat([header, Buffer.from("rest")]), 1, (part) => client.write(part)),
        ),
      ).toMatchObject({ bytes: "rest", client: "203.0.113.7 4711" });
    }
  }, 30_000);

  it("may send 64 KiB of additional information", async () => {
    const block = Buffer.concat([ipv4Block, tlv(0xe0, Buffer.alloc(0xffff - ipv4Block.length - 3, 1))]);
    const bytes = Buffer.concat([binaryHeader({ block }), Buffer.from("data")]);
    expect(await sending(trusting, bytes)).toMatchObject({ bytes: "data", client: "203.0.113.7 4711" });
    await expect(sending({ ...trusting, maxHeaderBytes: 1024 }, bytes)).rejects.toMatchObject({
      code: "ERR_PROXY_HEADER_INVALID",
    });
  });

  it("is closed when it begins with something else and a header is required", async () => {
    const refused: Error[] = [];
    const options = { ...trusting, onRefused: (error: Error) => refused.push(error) };
    await expect(sending(options, "GET / HTTP/1.1\r\n")).rejects.toMatchObject({
      code: "ERR_PROXY_HEADER_MISSING",
      message: "a connection from the proxy 127.0.0.1:1 began without a PROXY header, which is required",
    });
    expect(refused).toMatchObject([{ code: "ERR_PROXY_HEADER_MISSING" }]);
  });

  it.each(["PROXY TCP4 x\r\n", line.slice(0, -2), binaryHeader().subarray(0, 20), withChecksum([], 1)])(
    "is closed when its header is none or breaks off: %j",
    async (bytes) => {
      const begun = sending(trusting, bytes);
      await expect(begun).rejects.toMatchObject({ code: "ERR_PROXY_HEADER_INVALID", source: "downstream" });
    },
  );

  it("is closed when its header takes too long", async () => {
    await using served = await serve({ ...trusting, timeoutMs: 50 });
    const call = served.nextCall();
    await using client = await rawClient(served.address);
    await client.write(line.slice(0, 10));
    await expect((await call).result).rejects.toMatchObject({
      code: "ERR_PROXY_HEADER_TIMEOUT",
      timeoutMs: 50,
      receivedBytes: 10,
    });
    await client.closed;
  });

  it("may do without where headers are optional", async () => {
    const optional = { ...trusting, mode: "optional" } as const;
    expect(await sending(optional, "GET /")).toMatchObject({
      bytes: "GET /",
      client: undefined,
      header: undefined,
    });
    expect(await sending(optional, `${line}GET /`)).toMatchObject({
      bytes: "GET /",
      client: "203.0.113.7 4711",
    });
    expect(await sending(optional, "PRO")).toMatchObject({ bytes: "PRO", client: undefined });
    await expect(sending(optional, "PROXY T")).rejects.toMatchObject({ code: "ERR_PROXY_HEADER_INVALID" });
  });
});

describe("anybody else", () => {
  it("is closed at once by default", async () => {
    await using served = await serve(strangers);
    const call = served.nextCall();
    const client = rawClient(served.address).then((connected) => connected.readToEnd());
    await expect(client).rejects.toThrow(/ECONNRESET/);
    await expect((await call).result).rejects.toMatchObject({ code: "ERR_PROXY_PEER_REFUSED" });
  });

  it("is served directly, but not with a header, where that is allowed", async () => {
    const direct = { ...strangers, others: "direct" } as const;
    expect(await sending(direct, "GET /")).toMatchObject({ bytes: "GET /", client: undefined });
    for (const header of [line, binaryHeader()])
      await expect(sending(direct, header)).rejects.toMatchObject({ code: "ERR_PROXY_HEADER_REFUSED" });
  });

  it("is not believed where headers of strangers are ignored", async () => {
    const ignoring = { ...strangers, others: "ignore" } as const;
    expect(await sending(ignoring, `${line}GET /`)).toEqual({
      bytes: "GET /",
      client: undefined,
      destination: undefined,
      header: undefined,
    });
    expect(await sending(ignoring, "GET /")).toMatchObject({ bytes: "GET /", client: undefined });
  });
});

describe("a connection without a byte", () => {
  it.each([
    ["ends", (client: RawClient) => client.end()],
    ["is reset", (client: RawClient) => client.reset()],
  ])("that %s is a health check: closed, and no error", async (_how, leave) => {
    expect(await outcome(trusting, leave)).toBeUndefined();
  });

  it("is closed by a drain; one that has begun its header goes on", async () => {
    await using served = await serve(trusting);
    const calls = [served.nextCall(), served.nextCall()];
    await using silent = await rawClient(served.address);
    await using begun = await rawClient(served.address, { allowHalfOpen: true });
    const [first, second] = await Promise.all(calls);
    await begun.write(line.slice(0, 5));
    // What was sent before is read by then.
    const call = served.nextCall();
    await using later = await rawClient(served.address, { allowHalfOpen: true });
    await later.write(line);
    later.end();
    await (await call).result;
    served.service.drain();
    expect(await first?.result).toBeUndefined();
    await silent.closed;
    await begun.write(`${line.slice(5)}data`);
    begun.end();
    expect(await second?.result).toMatchObject({ bytes: "data", client: "203.0.113.7 4711" });
  });
});
