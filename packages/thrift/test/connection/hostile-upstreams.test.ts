import { Cancellation } from "@monolake/service-async";
import { eventually, type RawConnection, rawClient, startRawServer } from "@monolake/test-kit";
import { describe, expect, test } from "vitest";
import { MessageType, thriftFormat } from "../../src/index.ts";
import { bytesOf, callOf, replyTo } from "./messages.ts";
import { connect, serve } from "./serve.ts";

const busy = { code: "ERR_THRIFT_CONNECTION_BUSY" };

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const answerTo = (name: string, sequenceId: number): Buffer =>
  bytesOf(replyTo(callOf("x", { name, sequenceId }), "done"));

describe("a large call that is over before it is written, on a shared connection", () => {
  const large = bytesOf(callOf("z".repeat(1_000_000), { name: "large" }));
  const early = answerTo("large", 2);

  /** A call that was sent, a large one of which `sentBytes` were, and one behind it. */
  async function begin(sentBytes: number) {
    const upstream = await startRawServer();
    const shared = await connect(upstream.port, { maxCalls: 10 });
    const { connection } = shared;
    const cancellation = new Cancellation();
    const gateway = await serve((message) => connection.send(message, cancellation));
    const client = await rawClient(gateway);
    const first = connection.send(callOf("x", { name: "first" }));
    void client.write(large.subarray(0, sentBytes));
    const peer = await upstream.nextConnection();
    await eventually(() => expect(peer.receivedBytes).toBeGreaterThan(sentBytes));
    const queued = connection.send(callOf("x", { name: "queued" }));
    queued.catch(() => {});
    return {
      ...{ peer, connection, cancellation, client, first, queued },
      async [Symbol.asyncDispose]() {
        for (const one of [client, shared, gateway, upstream]) await one[Symbol.asyncDispose]();
      },
    };
  }

  async function othersGoOn({ peer, connection, first, queued }: Awaited<ReturnType<typeof begin>>) {
    await expect(queued).rejects.toMatchObject(busy);
    await expect(connection.send(callOf("x"))).rejects.toMatchObject(busy);
    void peer.write(answerTo("first", 1));
    expect((await first)!.type).toBe(MessageType.REPLY);
    await peer.closed;
  }

  test.each([70_000, 300_000, large.length - 1])(
    "answered behind %i bytes, holds up nobody",
    async (sent) => {
      await using calls = await begin(sent);
      void calls.peer.write(early);
      await calls.client.readExactly(early.length);
      await othersGoOn(calls);
    },
  );

  test("holds up nobody wherever its answer is cut", async () => {
    for (let at = 1; at < early.length; at += 1) {
      await using calls = await begin(70_000);
      await calls.peer.write(early.subarray(0, at));
      await nextTurn();
      void calls.peer.write(early.subarray(at));
      await calls.client.readExactly(early.length);
      await othersGoOn(calls);
    }
  });

  test("holds up nobody when it is cancelled", async () => {
    await using calls = await begin(70_000);
    calls.cancellation.cancel(new Error("not wanted"));
    await othersGoOn(calls);
  });

  test("breaks off where its memory would be written that is not its own any more", async () => {
    await using upstream = await startRawServer(async (peer) => {
      await peer.readUntil("large");
      peer.pause();
    });
    await using shared = await connect(upstream.port, { maxCalls: 10 });
    await using gateway = await serve((message) => shared.connection.send(message));
    await using client = await rawClient(gateway);
    void client.write(bytesOf(callOf("z".repeat(12_000_000), { name: "large" })));
    await eventually(() => expect(shared.stream.pendingBytes).toBeGreaterThan(0));
    const queued = shared.connection.send(callOf("x", { name: "queued" }));
    queued.catch(() => {});
    const peer = upstream.connections[0]!;
    void peer.write(answerTo("large", 1));
    await client.readExactly(early.length);
    await expect(queued).rejects.toMatchObject(busy);
    expect(shared.stream.closed).toBe(true);
  });
});

describe("an upstream that stops in the middle of an answer", () => {
  test("leaves no connection behind, wherever it stops behind an answer", async () => {
    const answer = answerTo("echo", 1);
    for (let more = 1; more < answer.length; more += 1) {
      await using upstream = await startRawServer(async (peer) => {
        await peer.readUntil("echo");
        void peer.write(Buffer.concat([answer, answer.subarray(0, more)]));
      });
      await using client = await connect(upstream.port);
      expect((await client.connection.send(callOf("x")))!.type).toBe(MessageType.REPLY);
      await upstream.connections[0]!.closed;
      expect([client.closed(), client.idle()]).toEqual([true, 0]);
    }
  });

  test("leaves no shared connection behind when its calls are given up", async () => {
    await using upstream = await startRawServer(async (peer) => {
      await peer.readUntil("echo");
      void peer.write(answerTo("echo", 1).subarray(0, 20));
    });
    await using client = await connect(upstream.port, { maxCalls: 10, readTimeoutMs: 50 });
    await expect(client.connection.send(callOf("x"))).rejects.toMatchObject({
      code: "ERR_THRIFT_UPSTREAM_TIMEOUT",
    });
    await upstream.connections[0]!.closed;
  });
});

test("oneway calls on a shared connection are written before it closes because the upstream asks for that", async () => {
  const format = thriftFormat("ttheader", "binary");
  await using upstream = await startRawServer(async (peer) => {
    await peer.readUntil("last");
    peer.pause();
  });
  await using client = await connect(upstream.port, { maxCalls: 10 });
  const last = client.connection.send(callOf("x", { format, name: "last" }));
  const peer: RawConnection = await upstream.nextConnection();
  await eventually(() => expect(peer.socket.isPaused()).toBe(true));
  let sent = 0;
  while (client.connection.available) {
    const oneway = callOf("x".repeat(60_000), { format, name: "fire", type: MessageType.ONEWAY });
    await client.connection.send(oneway);
    sent += 1;
    await nextTurn();
  }
  const reply = replyTo(callOf("x", { format, name: "last", sequenceId: 1 }), "done");
  reply.header!.set("crrst", "1");
  void peer.write(Buffer.concat([reply.prefix, reply.payload.whole!]));
  await last;
  peer.resume();
  expect((await peer.readToEnd()).split("fire")).toHaveLength(sent + 1);
});
