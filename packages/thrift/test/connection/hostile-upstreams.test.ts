import { Cancellation } from "@monolake/service-async";
import { deferred, eventually, type RawConnection, rawClient, startRawServer } from "@monolake/test-kit";
import { describe, expect, test } from "vitest";
import { MessageType, type ThriftMessage, thriftFormat } from "../../src/index.ts";
import { TestReader } from "../reading.ts";
import { bytesOf, callOf, payloadOf, replyTo, text } from "./messages.ts";
import { connect, serve } from "./serve.ts";

const busy = { code: "ERR_THRIFT_CONNECTION_BUSY" };

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const answerTo = (name: string, sequenceId: number): Buffer =>
  bytesOf(replyTo(callOf("x", { name, sequenceId }), "done"));

/** The next call that came, which has a frame or a TTHeader. */
async function nextCall(peer: RawConnection): Promise<ThriftMessage> {
  const length = await peer.readExactly(4);
  const rest = await peer.readExactly(length.readInt32BE(0));
  return new TestReader().feed(Buffer.concat([length, rest])).messages[0]!.message;
}

/** The sequence id of a large call that is coming, whose name has five letters. */
const largeId = async (peer: RawConnection): Promise<number> => (await peer.readExactly(21)).readInt32BE(17);

describe("a large call that is over before it is written, on a shared connection", () => {
  const large = bytesOf(callOf("z".repeat(1_000_000), { name: "large" }));
  const answerBytes = answerTo("large", 2).length;

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
    const firstId = (await nextCall(peer)).sequenceId;
    const early = answerTo("large", await largeId(peer));
    await eventually(() => expect(peer.receivedBytes).toBeGreaterThan(sentBytes));
    const queued = connection.send(callOf("x", { name: "queued" }));
    queued.catch(() => {});
    return {
      ...{ peer, connection, cancellation, client, first, firstId, early, queued },
      async [Symbol.asyncDispose]() {
        for (const one of [client, shared, gateway, upstream]) await one[Symbol.asyncDispose]();
      },
    };
  }

  async function othersGoOn(calls: Awaited<ReturnType<typeof begin>>) {
    const { peer, connection, first, firstId, queued } = calls;
    await expect(queued).rejects.toMatchObject(busy);
    await expect(connection.send(callOf("x"))).rejects.toMatchObject(busy);
    void peer.write(answerTo("first", firstId));
    expect((await first)!.type).toBe(MessageType.REPLY);
    await peer.closed;
  }

  test.each([70_000, 300_000, large.length - 1])(
    "answered behind %i bytes, holds up nobody",
    async (sent) => {
      await using calls = await begin(sent);
      void calls.peer.write(calls.early);
      await calls.client.readExactly(answerBytes);
      await othersGoOn(calls);
    },
  );

  test("holds up nobody wherever its answer is cut", async () => {
    for (let at = 1; at < answerBytes; at += 1) {
      await using calls = await begin(70_000);
      await calls.peer.write(calls.early.subarray(0, at));
      await nextTurn();
      void calls.peer.write(calls.early.subarray(at));
      await calls.client.readExactly(answerBytes);
      await othersGoOn(calls);
    }
  });

  test("holds up nobody when it is cancelled", async () => {
    await using calls = await begin(70_000);
    calls.cancellation.cancel(new Error("not wanted"));
    await othersGoOn(calls);
  });

  test("breaks off where its memory would be written that is not its own any more", async () => {
    const id = deferred<number>();
    await using upstream = await startRawServer(async (peer) => {
      id.resolve(await largeId(peer));
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
    void peer.write(answerTo("large", await id.promise));
    await client.readExactly(answerBytes);
    await expect(queued).rejects.toMatchObject(busy);
    expect(shared.stream.closed).toBe(true);
  });
});

describe("an upstream that stops in the middle of an answer", () => {
  test("leaves no connection behind, wherever it stops behind an answer", async () => {
    for (let more = 1; more < answerTo("echo", 1).length; more += 1) {
      await using upstream = await startRawServer(async (peer) => {
        const answer = answerTo("echo", (await nextCall(peer)).sequenceId);
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
      const { sequenceId } = await nextCall(peer);
      void peer.write(answerTo("echo", sequenceId).subarray(0, 20));
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
  const called = deferred<ThriftMessage>();
  await using upstream = await startRawServer(async (peer) => {
    called.resolve(await nextCall(peer));
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
  const reply = replyTo(await called.promise, "done");
  reply.header!.set("crrst", "1");
  void peer.write(Buffer.concat([reply.prefix, reply.payload.whole!]));
  await last;
  peer.resume();
  expect((await peer.readToEnd()).split("fire")).toHaveLength(sent + 1);
});

describe.each([1, 10])("answers that nobody asked for, with %i calls at a time", (maxCalls) => {
  const victim = () => callOf("x", { name: "victim", sequenceId: 7 });
  const format = thriftFormat("framed", "binary");

  test.each([10, 200_000])("to a oneway call are not given to another caller: %i bytes", async (bytes) => {
    await using upstream = await startRawServer(async (peer) => {
      // Servers of Apache Thrift look at the name of the method, not at the type of the message.
      for (const value of ["o".repeat(bytes), "done"]) {
        const call = await nextCall(peer);
        void peer.write(bytesOf(replyTo(call, value)));
      }
    });
    await using client = await connect(upstream.port, { maxCalls });
    const { connection } = client;
    await connection.send(callOf("x", { name: "other", type: MessageType.ONEWAY, sequenceId: 7 }));
    await eventually(() => expect(connection.available).toBe(true));
    const answer = await connection.send(victim());
    expect(answer!.sequenceId).toBe(7);
    expect(await payloadOf(answer)).toEqual(text(format, "done", 0));
    await eventually(() => expect(connection.available).toBe(true));
  });

  test("with the sequence id that a caller chose are not given to another caller", async () => {
    await using upstream = await startRawServer(async (peer) => {
      void peer.write(bytesOf(replyTo(await nextCall(peer), "first")));
      await nextCall(peer);
      // A frame may have held a second call, whose id no gateway has seen.
      void peer.write(bytesOf(replyTo(victim(), "chosen")));
    });
    await using client = await connect(upstream.port, { maxCalls });
    await client.connection.send(callOf("x"));
    await eventually(() => expect(client.connection.available).toBe(true));
    await expect(client.connection.send(victim())).rejects.toMatchObject({
      code: "ERR_THRIFT_UPSTREAM_PROTOCOL",
    });
  });
});

describe.each([1, 10])("a large oneway call, with %i calls at a time", (maxCalls) => {
  const format = thriftFormat("framed", "binary");
  const bytes = bytesOf(callOf("o".repeat(1_000_000), { name: "large", type: MessageType.ONEWAY }));

  test("is passed on to its end, and what follows it", async () => {
    const received = deferred<Buffer>();
    await using upstream = await serve(
      async (message) => {
        if (message.type === MessageType.CALL) return replyTo(message, "done");
        received.resolve(await payloadOf(message));
        return undefined;
      },
      { pipelining: "unordered" },
    );
    await using client = await connect(upstream.port, { maxCalls });
    await using gateway = await serve((message) => client.connection.send(message));
    await using caller = await rawClient(gateway);
    void caller.write(Buffer.concat([bytes, bytesOf(callOf("x"))]));
    await caller.readUntil("done");
    expect((await received.promise).equals(text(format, "o".repeat(1_000_000)))).toBe(true);
  });

  test("that is cancelled takes its connection with it", async () => {
    await using upstream = await startRawServer();
    await using client = await connect(upstream.port, { maxCalls });
    const cancellation = new Cancellation();
    await using gateway = await serve((message) => client.connection.send(message, cancellation));
    await using caller = await rawClient(gateway);
    void caller.write(bytes.subarray(0, 100_000));
    const peer = await upstream.nextConnection();
    await eventually(() => expect(peer.receivedBytes).toBeGreaterThan(70_000));
    cancellation.cancel(new Error("not wanted"));
    await peer.closed;
  });
});
