import { type ByteStream, dialStream } from "@monolake/streams";
import { eventually } from "@monolake/test-kit";
import { MessageType } from "@monolake/thrift";
import { describe, expect, test } from "vitest";
import { ThriftClient, thriftUpstreamTarget } from "../../src/thrift/index.ts";
import { answerWith, callOf, thriftPeer } from "./thrift-peers.ts";

/** A stream that is closed before anybody has it, as one may be while TLS is agreed on. */
async function closedStream(port: number): Promise<ByteStream> {
  const stream = await dialStream({ type: "socket", host: "127.0.0.1", port });
  const closed = new Promise<void>((resolve) => {
    stream.attach({ onData: () => true, onEnd() {}, onDrain() {}, onClose: () => resolve() });
  });
  stream.destroy();
  await closed;
  return stream;
}

describe.each([0, 1])("a client with %i shared connections", (sharedConnections) => {
  test("keeps no place for a connection that was closed when it was opened", async () => {
    await using upstream = await thriftPeer(async (message) => answerWith(message, "done"));
    let closed = 3;
    const connect = () => {
      closed -= 1;
      if (closed >= 0) return closedStream(upstream.port);
      return dialStream({ type: "socket", host: "127.0.0.1", port: upstream.port });
    };
    const pool = { maxConnections: 2, waitTimeoutMs: 100 };
    await using client = new ThriftClient({ connector: { connect }, pool });
    const target = thriftUpstreamTarget({
      endpoint: { type: "socket", host: "127.0.0.1", port: upstream.port },
    });
    const send = () => client.send(target, callOf("x"), { sharedConnections });
    while (closed > 0) {
      await expect(send()).rejects.toMatchObject({ code: "ERR_THRIFT_CONNECTION_BUSY" });
    }
    expect((await send())!.type).toBe(MessageType.REPLY);
    await eventually(() => expect(client.statistics.open).toBe(sharedConnections === 0 ? 1 : 0));
  });

  test("closes a connection that can take no call when it was opened: nobody else knows it", async () => {
    await using upstream = await thriftPeer(async (message) => answerWith(message, "done"));
    const streams: ByteStream[] = [];
    const connect = async () => {
      const stream = await dialStream({ type: "socket", host: "127.0.0.1", port: upstream.port });
      // As where what a connector wrote is not taken yet.
      Object.defineProperty(stream, "pendingBytes", { value: 1_000_000_000 });
      streams.push(stream);
      return stream;
    };
    await using client = new ThriftClient({ connector: { connect } });
    const target = thriftUpstreamTarget({
      endpoint: { type: "socket", host: "127.0.0.1", port: upstream.port },
    });
    const sent = client.send(target, callOf("x"), { sharedConnections });
    await expect(sent).rejects.toMatchObject({ code: "ERR_THRIFT_CONNECTION_BUSY" });
    expect(streams.map(({ closed }) => closed)).toEqual([true]);
  });
});
