import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { Cancellation } from "@monolake/service-async";
import { deferred, eventually, startRawServer } from "@monolake/test-kit";
import { describe, expect, test } from "vitest";
import {
  createReply,
  createThriftHandler,
  MessageType,
  readException,
  type ThriftMessage,
  Type,
  thriftFormat,
  thriftFormats,
} from "../../src/index.ts";
import { TestReader } from "../reading.ts";
import { bytesOf, callOf, echo, payloadOf, replyTo, text } from "./messages.ts";
import { connect, serve } from "./serve.ts";

describe("a client connection", () => {
  test.each(thriftFormats.map((format) => [format] as const))(
    "gets the answer to its call: $transport, $protocol",
    async (format) => {
      await using server = await serve(echo);
      await using client = await connect(server.port);
      for (const value of ["one", "y".repeat(300_000)]) {
        const answer = await client.connection.send(callOf(value, { format, sequenceId: 41 }));
        expect(answer).toMatchObject({ type: MessageType.REPLY, sequenceId: 41, format });
        expect(await payloadOf(answer)).toEqual(text(format, value, 0));
      }
      await eventually(() => expect(client.connection.idle).toBe(true));
    },
  );

  test("takes one call at a time unless it is told otherwise", async () => {
    await using server = await serve(() => new Promise(() => {}));
    await using client = await connect(server.port);
    const first = client.connection.send(callOf("x"));
    first.catch(() => {});
    await expect(client.connection.send(callOf("x"))).rejects.toMatchObject({
      code: "ERR_THRIFT_CONNECTION_BUSY",
    });
  });

  test.each(thriftFormats.map((format) => [format] as const))(
    "tells calls apart by ids of its own and gives back those of the callers: $transport, $protocol",
    async (format) => {
      const waiting: (() => void)[] = [];
      const seen = new Set<number>();
      await using server = await serve(
        (message) =>
          new Promise((resolve) => {
            seen.add(message.sequenceId);
            void payloadOf(message).then((payload) => {
              const value = payload.toString("latin1");
              waiting.push(() => resolve(replyTo(message, /value \d+/.exec(value)![0])));
              // The other way round.
              if (waiting.length === 50) for (const answer of waiting.reverse()) answer();
            });
          }),
        { pipelining: "unordered", maxPipelinedCalls: 100 },
      );
      await using client = await connect(server.port, { maxCalls: 100 });
      const calls = Array.from({ length: 50 }, (_, index) =>
        callOf(`value ${index}`, { format, sequenceId: 7 }),
      );
      const answers = await Promise.all(calls.map((call) => client.connection.send(call)));
      expect(seen.size).toBe(50);
      for (const [index, answer] of answers.entries()) {
        expect(answer!.sequenceId).toBe(7);
        expect(answer!.headerSequence).toBe(format.hasHeader ? 7 : 0);
        expect(await payloadOf(answer)).toEqual(text(format, `value ${index}`, 0));
      }
      expect(client.connection.idle).toBe(true);
    },
  );

  test("is idle when a oneway call is written", async () => {
    const got = deferred<string>();
    await using server = await serve(async (message) => {
      got.resolve(message.name);
      return undefined;
    });
    await using client = await connect(server.port);
    const call = callOf("x", { name: "fire", type: MessageType.ONEWAY });
    expect(await client.connection.send(call)).toBeUndefined();
    expect(await got.promise).toBe("fire");
    expect(client.idle()).toBe(1);
  });

  test("passes exceptions on as answers", async () => {
    await using server = await serve(createThriftHandler({}));
    await using client = await connect(server.port);
    const answer = await client.connection.send(callOf("x", { name: "none" }));
    expect(await readException(answer!)).toMatchObject({ type: 1, message: "unknown method none" });
  });

  test.each([
    [
      "an answer with another sequence id",
      (call: ThriftMessage) => bytesOf(callOf("x", { sequenceId: 99, type: 2, name: call.name })),
    ],
    [
      "a call in the place of an answer",
      (call: ThriftMessage) => bytesOf(callOf("x", { sequenceId: call.sequenceId })),
    ],
    ["what is no message", () => Buffer.from("HTTP/1.1 200 OK\r\n\r\n")],
  ])("refuses %s and closes", async (_what, answerOf) => {
    const call = callOf("x", { sequenceId: 5 });
    await using server = await startRawServer(async (connection) => {
      await connection.readExactly(bytesOf(call).length);
      void connection.write(answerOf(call));
      await connection.closed;
    });
    await using client = await connect(server.port);
    await expect(client.connection.send(call)).rejects.toMatchObject({
      code: "ERR_THRIFT_UPSTREAM_PROTOCOL",
    });
    await eventually(() => expect(client.closed()).toBe(true));
  });

  test("gives up a call that is not answered in time, and the connection with it", async () => {
    await using server = await serve(() => new Promise(() => {}));
    await using client = await connect(server.port, { readTimeoutMs: 50 });
    await expect(client.connection.send(callOf("x"))).rejects.toMatchObject({
      code: "ERR_THRIFT_UPSTREAM_TIMEOUT",
      timeoutMs: 50,
    });
    await eventually(() => expect(client.closed()).toBe(true));
  });

  test("with many calls, gives up only the one that is late, and takes no more", async () => {
    const gate = deferred<void>();
    await using server = await serve(
      async (message) => {
        if (message.name === "never") return new Promise<never>(() => {});
        await gate.promise;
        return replyTo(message, "done");
      },
      { pipelining: "unordered" },
    );
    await using client = await connect(server.port, { maxCalls: 10, readTimeoutMs: 1_000 });
    const late = client.connection.send(callOf("x", { name: "never" }));
    await expect(late).rejects.toMatchObject({ code: "ERR_THRIFT_UPSTREAM_TIMEOUT" });
    expect(client.connection.available).toBe(false);
    expect(client.closed()).toBe(true);
  });

  test("that closes tells its calls, and which of them it has not sent", async () => {
    await using server = await startRawServer(async (connection) => {
      await connection.readUntil("echo");
      connection.end();
      await connection.closed;
    });
    await using client = await connect(server.port);
    await expect(client.connection.send(callOf("x"))).rejects.toMatchObject({
      code: "ERR_THRIFT_UPSTREAM_CLOSED",
    });
    await using shared = await connect(server.port, { maxCalls: 10 });
    const unsent = shared.connection.send(callOf("x", { sequenceId: 6 }));
    shared.connection.close();
    await expect(unsent).rejects.toMatchObject({ code: "ERR_THRIFT_CONNECTION_BUSY" });
  });

  test("throws away the answer to a call that was cancelled, and goes on, when it has others", async () => {
    const gate = deferred<void>();
    await using server = await serve(
      async (message) => {
        await gate.promise;
        return replyTo(message, "done");
      },
      { pipelining: "unordered" },
    );
    await using client = await connect(server.port, { maxCalls: 10 });
    const cancellation = new Cancellation();
    const first = client.connection.send(callOf("x"), cancellation);
    const second = client.connection.send(callOf("x"));
    await eventually(() => expect(server.streams()).toHaveLength(1));
    cancellation.cancel(new Error("not wanted"));
    await expect(first).rejects.toThrow("not wanted");
    gate.resolve();
    expect(await payloadOf(await second)).toEqual(text(thriftFormat("framed", "binary"), "done", 0));
    expect(client.connection.available).toBe(true);
  });

  test("that many callers share takes no more calls while its server takes nothing, not even oneway ones", async () => {
    const server = createServer({ pauseOnConnect: true });
    await once(server.listen(0, "127.0.0.1"), "listening");
    await using _closed = { [Symbol.asyncDispose]: async () => void server.close() };
    await using client = await connect((server.address() as AddressInfo).port, { maxCalls: 1024 });
    const { connection } = client;
    // What the kernel takes is a few MiB.
    for (let sent = 0; connection.available && sent < 1000; sent += 1) {
      await connection.send(callOf("x".repeat(60_000), { type: MessageType.ONEWAY }));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(connection.available).toBe(false);
    await expect(connection.send(callOf("x"))).rejects.toMatchObject({ code: "ERR_THRIFT_CONNECTION_BUSY" });
  });

  test("closes when it was idle for too long, and not while a call waits", async () => {
    const gate = deferred<void>();
    await using server = await serve(async (message) => {
      await gate.promise;
      return replyTo(message, "done");
    });
    await using client = await connect(server.port, { idleTimeoutMs: 50 });
    await using unused = await connect(server.port, { idleTimeoutMs: 50 });
    const waiting = client.connection.send(callOf("x"));
    await eventually(() => expect(unused.closed()).toBe(true));
    await eventually(() => expect(server.streams()).toHaveLength(1));
    gate.resolve();
    expect((await waiting)!.type).toBe(MessageType.REPLY);
    await eventually(() => expect(server.streams()).toEqual([]));
    expect(client.closed()).toBe(true);
  });

  test("is not used again when the server asks for that (crrst)", async () => {
    await using server = await serve(async (message) => {
      const answer = replyTo(message, "done");
      answer.header!.set("crrst", "1");
      return answer;
    });
    await using client = await connect(server.port);
    await client.connection.send(callOf("x", { format: thriftFormat("ttheader", "compact") }));
    await eventually(() => expect(client.closed()).toBe(true));
    expect(client.idle()).toBe(0);
  });
});

test("a connection with many calls that is asked to close answers those under way and takes no more", async () => {
  const gate = deferred<void>();
  await using server = await serve(
    async (message) => {
      if (message.name === "late") await gate.promise;
      const answer = replyTo(message, "done");
      if (message.name !== "late") answer.header!.set("crrst", "1");
      return answer;
    },
    { pipelining: "unordered" },
  );
  await using client = await connect(server.port, { maxCalls: 10 });
  const format = thriftFormat("ttheader", "binary");
  const late = client.connection.send(callOf("x", { format, name: "late" }));
  await client.connection.send(callOf("x", { format, name: "last" }));
  expect([client.closed(), client.connection.available]).toEqual([true, false]);
  gate.resolve();
  expect((await late)!.type).toBe(MessageType.REPLY);
  await eventually(() => expect(server.streams()).toEqual([]));
});

describe("large payloads", () => {
  test.each(["framed", "unframed", "ttheader"] as const)(
    "pass through a gateway with backpressure, byte for byte: %s",
    async (transport) => {
      const format = thriftFormat(transport, "binary");
      await using server = await serve(echo, { maxFrameBytes: 32 * 1024 * 1024 });
      await using gateway = await serve(
        async (message) => {
          const upstream = await connect(server.port, { maxFrameBytes: 32 * 1024 * 1024 });
          return upstream.connection.send(message);
        },
        { maxFrameBytes: 32 * 1024 * 1024 },
      );
      await using client = await connect(gateway.port, { maxFrameBytes: 32 * 1024 * 1024 });
      const value = "0123456789abcdef".repeat(20 * 65_536);
      for (let round = 0; round < 2; round += 1) {
        const answer = await client.connection.send(callOf(value, { format }));
        expect(answer!.isWhole).toBe(false);
        expect((await payloadOf(answer)).equals(text(format, value, 0))).toBe(true);
      }
    },
  );

  test("of a client that goes away in the middle break off at the handler", async () => {
    const broken = deferred<unknown>();
    await using server = await serve(async (message) => {
      await payloadOf(message).catch((error: unknown) => broken.resolve(error));
      return replyTo(message, "done");
    });
    await using client = await connect(server.port);
    const call = callOf("z".repeat(1_000_000));
    const half = bytesOf(call).subarray(0, 500_000);
    await using raw = await (await import("@monolake/test-kit")).rawClient(server);
    await raw.write(half);
    raw.reset();
    expect(await broken.promise).toMatchObject({ code: "ERR_THRIFT_CLIENT_GONE" });
    expect(client.connection.idle).toBe(true);
  });

  test("that nobody reads do not keep a connection from its next call", async () => {
    await using server = await serve(async (message) => replyTo(message, "short"));
    await using client = await connect(server.port);
    const first = await client.connection.send(callOf("z".repeat(3_000_000)));
    expect(await payloadOf(first)).toEqual(text(first!.format, "short", 0));
    expect(new TestReader().messages).toEqual([]);
    expect(createReply(first!, Buffer.of(Type.STOP)).type).toBe(MessageType.REPLY);
  });
});
