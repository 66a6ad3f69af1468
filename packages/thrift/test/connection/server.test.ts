import { dialStream } from "@monolake/streams";
import { deferred, eventually, rawClient } from "@monolake/test-kit";
import { describe, expect, test } from "vitest";
import {
  createMessage,
  createThriftHandler,
  MessageType,
  readException,
  TApplicationException,
  TApplicationExceptionType,
  TTHeader,
  thriftFormat,
  thriftFormats,
} from "../../src/index.ts";
import { TestReader } from "../reading.ts";
import { vector } from "../vectors.ts";
import { bytesOf, callOf, echo, replyTo, text } from "./messages.ts";
import { serve } from "./serve.ts";

/** The answers in some bytes. */
const answersIn = (bytes: Buffer) => new TestReader().feed(bytes).messages.map(({ message }) => message);

async function exceptionIn(bytes: Buffer): Promise<TApplicationException & { readonly sequenceId: number }> {
  const [answer] = answersIn(bytes);
  expect(answer!.type).toBe(MessageType.EXCEPTION);
  return Object.assign(await readException(answer!), { sequenceId: answer!.sequenceId });
}

describe("a server connection", () => {
  test.each(thriftFormats.map((format) => [format] as const))(
    "answers in the format of the call: $transport, $protocol",
    async (format) => {
      await using server = await serve(echo);
      await using client = await rawClient(server);
      for (const value of ["one", "x".repeat(5_000)]) {
        const call = callOf(value, { format, sequenceId: 77 });
        const expected = bytesOf(replyTo(call, value));
        void client.write(bytesOf(call));
        expect(await client.readExactly(expected.length)).toEqual(expected);
      }
    },
  );

  test("answers frames that come in one segment, in their order", async () => {
    await using server = await serve(echo);
    await using client = await rawClient(server);
    const calls = Array.from({ length: 100 }, (_, index) =>
      callOf(`value ${index}`, { sequenceId: index + 1 }),
    );
    void client.write(Buffer.concat(calls.map(bytesOf)));
    const expected = Buffer.concat(calls.map((call, index) => bytesOf(replyTo(call, `value ${index}`))));
    expect(await client.readExactly(expected.length)).toEqual(expected);
  });

  test("executes the calls of a connection one after another", async () => {
    const events: string[] = [];
    const gates = [deferred<void>(), deferred<void>()];
    await using server = await serve(async (message) => {
      events.push(`begin ${message.sequenceId}`);
      await gates[message.sequenceId]!.promise;
      events.push(`end ${message.sequenceId}`);
      return replyTo(message, "done");
    });
    await using client = await rawClient(server);
    const calls = [callOf("a", { sequenceId: 0 }), callOf("b", { sequenceId: 1 })];
    void client.write(Buffer.concat(calls.map(bytesOf)));
    gates[1]!.resolve();
    await eventually(() => expect(events).toEqual(["begin 0"]));
    gates[0]!.resolve();
    const expected = Buffer.concat(calls.map((call) => bytesOf(replyTo(call, "done"))));
    expect(await client.readExactly(expected.length)).toEqual(expected);
    expect(events).toEqual(["begin 0", "end 0", "begin 1", "end 1"]);
  });

  test.each([
    ["ordered", 0x00, [0, 1]],
    ["unordered", 0x00, [1, 0]],
    // The TTHeader says that answers may come in any order.
    ["serial", 0x01, [1, 0]],
  ] as const)(
    "with pipelining %s and flags %i, answers in the order %j",
    async (pipelining, flags, order) => {
      const gate = deferred<void>();
      await using server = await serve(
        async (message) => {
          if (message.sequenceId === 0) await gate.promise;
          return replyTo(message, "done");
        },
        { pipelining },
      );
      await using client = await rawClient(server);
      const format = thriftFormat("ttheader", "binary");
      const call = (sequenceId: number) =>
        createMessage({
          format,
          type: MessageType.CALL,
          name: "m",
          sequenceId,
          payload: text(format, "x"),
          header: TTHeader.create({ sequenceNumber: sequenceId, flags }),
        });
      void client.write(Buffer.concat([0, 1].map((id) => bytesOf(call(id)))));
      const replies = [0, 1].map((id) => bytesOf(replyTo(call(id), "done")));
      if (order[0] === 1) expect(await client.readExactly(replies[1]!.length)).toEqual(replies[1]);
      gate.resolve();
      const rest = order[0] === 1 ? [replies[0]!] : replies;
      expect(await client.readExactly(Buffer.concat(rest).length)).toEqual(Buffer.concat(rest));
    },
  );

  test("does not answer oneway calls, whatever becomes of them", async () => {
    const seen: string[] = [];
    await using server = await serve(async (message) => {
      seen.push(message.name);
      if (message.name === "fails") throw new Error("a fault");
      return message.type === MessageType.ONEWAY ? undefined : replyTo(message, "done");
    });
    await using client = await rawClient(server);
    const type = MessageType.ONEWAY;
    const last = callOf("x", { name: "last" });
    const calls = [callOf("x", { name: "fires", type }), callOf("x", { name: "fails", type }), last];
    void client.write(Buffer.concat(calls.map(bytesOf)));
    const expected = bytesOf(replyTo(last, "done"));
    expect(await client.readExactly(expected.length)).toEqual(expected);
    expect(seen).toEqual(["fires", "fails", "last"]);
  });

  test("tells callers of what a handler throws, and goes on", async () => {
    const errors: unknown[] = [];
    const handler = createThriftHandler({
      known() {
        throw new TApplicationException(TApplicationExceptionType.MISSING_RESULT, "nothing there");
      },
      fault() {
        throw new Error("secret");
      },
    });
    await using server = await serve(handler, { onError: (error) => errors.push(error) });
    await using client = await rawClient(server);
    const ask = async (name: string) => {
      void client.write(bytesOf(callOf("x", { name, sequenceId: 3 })));
      return exceptionIn(Buffer.from(await client.readUntil((unread) => unread.length > 30), "latin1"));
    };
    expect(await ask("known")).toMatchObject({ type: 5, message: "nothing there", sequenceId: 3 });
    expect(await ask("fault")).toMatchObject({ type: 6, message: "internal error" });
    expect(await ask("unknown")).toMatchObject({ type: 1, message: "unknown method unknown" });
    expect(errors).toHaveLength(3);
  });

  test("refuses a message that is no call with an exception", async () => {
    await using server = await serve(echo);
    await using client = await rawClient(server);
    void client.write(bytesOf(callOf("x", { type: MessageType.REPLY })));
    const bytes = Buffer.from(await client.readUntil((unread) => unread.length > 30), "latin1");
    expect(await exceptionIn(bytes)).toMatchObject({ type: TApplicationExceptionType.INVALID_MESSAGE_TYPE });
  });

  test("answers what is malformed behind its head, and closes", async () => {
    await using server = await serve(echo);
    await using client = await rawClient(server);
    const format = thriftFormat("unframed", "binary");
    const call = bytesOf(callOf("x", { format, sequenceId: 12 }));
    // A type that does not exist.
    call[call.length - 1] = 0x7f;
    void client.write(call);
    const bytes = Buffer.from(await client.readToEnd(), "latin1");
    expect(await exceptionIn(bytes)).toMatchObject({ type: 7, sequenceId: 12 });
  });

  test.each(["http-get", "telnet", "bad-length-max", "bad-kv-count", "bad-header-size-0"])(
    "closes at once on %s",
    async (name) => {
      await using server = await serve(echo);
      await using client = await rawClient(server);
      void client.write(vector(name));
      expect(await client.readToEnd()).toBe("");
    },
  );

  test("refuses a frame that is too large with an exception, and closes", async () => {
    await using server = await serve(echo, { maxFrameBytes: 1_000 });
    await using client = await rawClient(server);
    void client.write(bytesOf(callOf("x".repeat(1_000), { sequenceId: 4 })));
    const bytes = Buffer.from(await client.readToEnd(), "latin1");
    expect(await exceptionIn(bytes)).toMatchObject({ type: 7, sequenceId: 4 });
  });

  test("answers more calls than may be handled with an exception", async () => {
    const gate = deferred<void>();
    await using server = await serve(
      async (message) => {
        await gate.promise;
        return replyTo(message, "done");
      },
      { maxCalls: 1 },
    );
    await using first = await rawClient(server);
    await using second = await rawClient(server);
    void first.write(bytesOf(callOf("x")));
    await eventually(() => expect(server.streams()).toHaveLength(2));
    await eventually(async () => {
      void second.write(bytesOf(callOf("x")));
      const bytes = Buffer.from(await second.readUntil((unread) => unread.length > 30), "latin1");
      expect(await exceptionIn(bytes)).toMatchObject({ message: "overloaded (ERR_THRIFT_OVERLOADED)" });
    });
    gate.resolve();
    await first.readUntil("done");
  });

  test("cancels what it does for a client that goes away", async () => {
    const cancelled = deferred<unknown>();
    await using server = await serve((_message, context) => {
      context.cancellation.onCancel((reason) => cancelled.resolve(reason));
      return new Promise(() => {});
    });
    await using client = await rawClient(server);
    void client.write(bytesOf(callOf("x")));
    await eventually(() => expect(server.streams()).toHaveLength(1));
    client.reset();
    expect(await cancelled.promise).toMatchObject({ code: "ERR_THRIFT_CLIENT_GONE" });
  });

  test("closes an idle connection, and one whose message does not come in time, with an exception", async () => {
    await using server = await serve(echo, { keepAliveTimeoutMs: 50, messageTimeoutMs: 50 });
    await using idle = await rawClient(server);
    expect(await idle.readToEnd()).toBe("");
    await using slow = await rawClient(server);
    void slow.write(bytesOf(callOf("abcdef", { sequenceId: 8 })).subarray(0, -3));
    const bytes = Buffer.from(await slow.readToEnd(), "latin1");
    expect(await exceptionIn(bytes)).toMatchObject({ type: 7, sequenceId: 8 });
  });

  test("that drains closes when it is idle, else behind its last answer, which says so in its TTHeader", async () => {
    const gate = deferred<void>();
    const begun = deferred<void>();
    await using server = await serve(async (message) => {
      begun.resolve();
      await gate.promise;
      return replyTo(message, "done");
    });
    await using idle = await rawClient(server);
    await using busy = await rawClient(server);
    const call = callOf("x", { format: thriftFormat("ttheader", "binary") });
    void busy.write(bytesOf(call));
    await begun.promise;
    await eventually(() => expect(server.streams()).toHaveLength(2));
    server.core.drain();
    expect(await idle.readToEnd()).toBe("");
    gate.resolve();
    const [answer] = answersIn(Buffer.from(await busy.readToEnd(), "latin1"));
    expect(answer!.header!.get("crrst")).toBe("1");
  });

  test("that drains answers calls that have been read and only wait for their turn", async () => {
    await using server = await serve(echo);
    const upstream = await dialStream({ type: "socket", host: server.host, port: server.port });
    const clients = await Promise.all(Array.from({ length: 60 }, () => rawClient(server)));
    await eventually(() => expect(server.streams()).toHaveLength(61));
    const call = callOf("x");
    for (const client of clients) void client.write(bytesOf(call));
    await nextTurn();
    await nextTurn();
    server.core.drain();
    const answers = await Promise.all(clients.map((client) => client.readToEnd()));
    const expected = bytesOf(replyTo(call, "x")).toString("latin1");
    expect(answers.filter((answer) => answer !== expected)).toEqual([]);
    upstream.destroy();
    for (const client of clients) await client[Symbol.asyncDispose]();
  });
});

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
