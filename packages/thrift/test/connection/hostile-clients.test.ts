import { BaseContext, type CancelListener, Cancellation } from "@monolake/service-async";
import { deferred, eventually, rawClient } from "@monolake/test-kit";
import { describe, expect, test } from "vitest";
import { createReply, MessageType, TTHeader, thriftFormat } from "../../src/index.ts";
import { TestReader } from "../reading.ts";
import { bytesOf, callOf, echo, payloadOf, replyTo, text } from "./messages.ts";
import { serve } from "./serve.ts";

const answersIn = (bytes: string) =>
  new TestReader().feed(Buffer.from(bytes, "latin1")).messages.map(({ message }) => message);

describe("a client that ends in the middle of a message", () => {
  test("is not waited for, also when the message begins behind a call that is being handled", async () => {
    const gate = deferred<void>();
    const broken = deferred<unknown>();
    await using server = await serve(
      async (message) => {
        if (message.name === "first") await gate.promise;
        else await payloadOf(message).catch((error: unknown) => broken.resolve(error));
        return replyTo(message, "done");
      },
      { messageTimeoutMs: 0 },
    );
    await using client = await rawClient(server, { allowHalfOpen: true });
    const large = bytesOf(callOf("z".repeat(100_000), { name: "large" }));
    void client.write(Buffer.concat([bytesOf(callOf("x", { name: "first" })), large.subarray(0, 500)]));
    client.end();
    await eventually(() => expect(client.socket.writableFinished).toBe(true));
    gate.resolve();
    expect(await broken.promise).toMatchObject({ code: "ERR_THRIFT_INCOMPLETE" });
    await client.closed;
  });
});

describe("with pipelining", () => {
  const messageTimeoutMs = 100;
  const options = { messageTimeoutMs, pipelining: "unordered" } as const;

  test("messages have the time that each of them may take, not one time for all", async () => {
    let arrived = deferred<void>();
    await using server = await serve(async () => {
      arrived.resolve();
      return undefined;
    }, options);
    await using client = await rawClient(server);
    const call = bytesOf(callOf("x", { type: MessageType.ONEWAY }));
    void client.write(call.subarray(0, 10));
    const start = performance.now();
    while (performance.now() < start + 5 * messageTimeoutMs) {
      void client.write(Buffer.concat([call.subarray(10), call.subarray(0, 10)]));
      await arrived.promise;
      arrived = deferred();
    }
    void client.write(Buffer.concat([call.subarray(10), call]));
    await arrived.promise;
  });

  test("an answer gives the message behind it no more time", async () => {
    await using server = await serve(echo, options);
    await using client = await rawClient(server);
    const call = bytesOf(callOf("x"));
    void client.write(Buffer.concat([call, call.subarray(0, -3)]));
    const answers = answersIn(await client.readToEnd());
    expect(answers.map(({ type }) => type)).toEqual([MessageType.REPLY, MessageType.EXCEPTION]);
  });
});

test("an answer whose TTHeader has no room to say that the connection closes is given all the same", async () => {
  const begun = deferred<void>();
  const gate = deferred<void>();
  await using server = await serve(async (message) => {
    begun.resolve();
    await gate.promise;
    const header = TTHeader.create({ sequenceNumber: 1 });
    for (const key of ["a", "b", "c", "d"]) header.set(key, "v".repeat(65_520));
    header.set("e", "v".repeat(28));
    return createReply(message, text(message.format, "done", 0), { header });
  });
  await using client = await rawClient(server);
  void client.write(bytesOf(callOf("x", { format: thriftFormat("ttheader", "binary") })));
  await begun.promise;
  server.core.drain();
  gate.resolve();
  const [answer] = answersIn(await client.readToEnd());
  expect(answer!.header!.get("e")).toBe("v".repeat(28));
});

test("calls leave nothing with the cancellation of their connection", async () => {
  let listeners = 0;
  class Counting extends Cancellation {
    override addListener(listener: CancelListener): void {
      listeners += 1;
      super.addListener(listener);
    }
    override removeListener(listener: CancelListener): void {
      listeners -= 1;
      super.removeListener(listener);
    }
  }
  await using server = await serve(
    async (message, { cancellation }) => {
      expect(cancellation.signal.aborted).toBe(false);
      if (message.name === "fails") throw new Error("a fault");
      return replyTo(message, "x");
    },
    {},
    () => new BaseContext(new Counting()),
  );
  await using client = await rawClient(server);
  void client.write(bytesOf(callOf("x", { name: "fails" })));
  await client.readUntil("internal error");
  void client.write(bytesOf(callOf("x")));
  await client.readUntil("echo");
  expect(listeners).toBe(0);
});

test("a frame that cannot be read is not taken for the one behind it", async () => {
  await using server = await serve(echo);
  await using client = await rawClient(server);
  const call = bytesOf(callOf("x", { sequenceId: 7 }));
  // A name that goes on behind the frame.
  const wrong = Buffer.from("0000000c800100010000001e61626364", "hex");
  void client.write(Buffer.concat([wrong, call]));
  expect(await client.readToEnd()).toBe("");
});

test("calls that were read before draining begins are answered, though the answers before them are not taken", async () => {
  const value = "v".repeat(12_000_000);
  await using server = await serve(async (message) =>
    replyTo(message, message.name === "long" ? value : "short"),
  );
  await using client = await rawClient(server);
  client.pause();
  const calls = [callOf("x", { name: "long" }), callOf("x", { name: "short", sequenceId: 2 })];
  void client.write(Buffer.concat(calls.map(bytesOf)));
  await eventually(() => expect(server.streams()[0]?.pendingBytes).toBeGreaterThan(0));
  server.core.drain();
  client.resume();
  const answers = answersIn(await client.readToEnd());
  expect(answers.map(({ sequenceId }) => sequenceId)).toEqual([1, 2]);
});

test.each(["before", "after"] as const)(
  "draining does not wait for the rest of a call that was answered early: it begins %s the answer",
  async (when) => {
    const begun = deferred<void>();
    const gate = deferred<void>();
    await using server = await serve(async (message) => {
      begun.resolve();
      await gate.promise;
      return replyTo(message, "early");
    });
    await using client = await rawClient(server);
    void client.write(bytesOf(callOf("z".repeat(1_000_000))).subarray(0, 100_000));
    await begun.promise;
    if (when === "before") server.core.drain();
    gate.resolve();
    await client.readUntil("early");
    if (when === "after") server.core.drain();
    await client.readToEnd();
  },
);

test.each(["binary", "binary-old", "compact"] as const)(
  "a frame in a TTHeader that is shorter than what follows is not read as the name of a method: %s",
  (protocol) => {
    const hidden = bytesOf(callOf("x", { format: thriftFormat("ttheader-framed", protocol) }));
    // Type, sequence id and arguments of the call that the hidden one would be the name of.
    const message = Buffer.concat([hidden, Buffer.from("010000000700", "hex")]);
    message.writeInt32BE(message.length - 4, 0);
    expect(() => new TestReader().feed(message)).toThrowError(
      expect.objectContaining({ code: "ERR_THRIFT_MESSAGE" }),
    );
  },
);
