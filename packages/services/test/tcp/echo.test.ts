import { connect } from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { FactoryStack } from "@monolake/service-async";
import type { ByteStream, StreamHandler } from "@monolake/streams";
import { deferred, eventually, rawClient } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { TcpEcho, tcpEcho } from "../../src/tcp/index.ts";
import { serveConnections } from "../serve-connections.ts";

const big = Buffer.alloc(8_000_000, "0123456789abcdef");

describe("the echo service", () => {
  it("sends back what comes, as it comes", async () => {
    await using server = await serveConnections(new TcpEcho());
    await using client = await rawClient(server.address);
    await client.write("hello");
    expect(await client.readUntil("hello")).toBe("hello");
    await client.write("again");
    expect(await client.readUntil("again")).toBe("again");
  });

  it("sends back the rest when the client ends its side, then ends its own", async () => {
    await using server = await serveConnections(new TcpEcho());
    await using client = await rawClient(server.address, { allowHalfOpen: true });
    client.socket.end(big);
    expect(await client.readToEnd()).toBe(big.toString("latin1"));
    expect(await client.closed).toEqual({ error: undefined });
    await expect(server.calls[0]).resolves.toBeUndefined();
  });

  it("reads no faster than the client does", async () => {
    const accepted = deferred<ByteStream>();
    const echo = new TcpEcho();
    await using server = await serveConnections({
      call: (stream: ByteStream) => {
        accepted.resolve(stream);
        return echo.call(stream);
      },
    });
    const client = connect({ ...server.address, allowHalfOpen: true });
    // Far more than all the socket buffers between the two take.
    const sent = Buffer.alloc(48_000_000, big);
    client.end(sent);
    const stream = await accepted.promise;
    let pendingBytes = 0;
    const isStable = () => {
      const before = pendingBytes;
      pendingBytes = stream.pendingBytes;
      return pendingBytes > 0 && pendingBytes === before;
    };
    await eventually(() => setTimeout(50, undefined).then(isStable));
    expect(pendingBytes).toBeLessThan(512 * 1024);
    expect(sent.equals(await buffer(client))).toBe(true);
  });

  it("keeps many connections apart", async () => {
    await using server = await serveConnections(new TcpEcho());
    const texts = Array.from({ length: 20 }, (_, index) => `${index},`.repeat(50_000));
    const answers = texts.map(async (text) => {
      await using client = await rawClient(server.address, { allowHalfOpen: true });
      client.socket.end(text);
      return await client.readToEnd();
    });
    expect((await Promise.all(answers)).map((answer, index) => answer === texts[index])).not.toContain(false);
  });

  it("rejects when the client resets the connection", async () => {
    await using server = await serveConnections(new TcpEcho());
    const coming = server.nextCall();
    await using client = await rawClient(server.address);
    const { result } = await coming;
    client.reset();
    await expect(result).rejects.toMatchObject({ code: "ERR_CONNECTION_RESET" });
  });

  it("never writes bytes that lie in the buffer that other streams read into", async () => {
    await using server = await serveConnections({
      call: (stream: ByteStream) => {
        const shared = Buffer.alloc(8);
        const written: Buffer[] = [];
        const withoutOwnBuffer: ByteStream = Object.create(stream, {
          ownsChunk: { value: false },
          ownBuffer: { value: false, writable: true },
          write: { value: (bytes: Buffer) => written.push(bytes) < 0 },
          attach: {
            value: (handler: StreamHandler) => {
              shared.write("mine");
              expect(handler.onData(shared.subarray(0, 4))).toBe(false);
              shared.write("theirs");
              handler.onClose(undefined);
            },
          },
        });
        return new TcpEcho().call(withoutOwnBuffer).then(() => String(written));
      },
    });
    const coming = server.nextCall();
    await using _client = await rawClient(server.address);
    expect(await (await coming).result).toBe("mine");
  });

  it("is the inner end of any stack", async () => {
    const made = await FactoryStack.of({ bufferBytes: 4_096 }, tcpEcho).make();
    expect(made).toBeInstanceOf(TcpEcho);
  });
});
