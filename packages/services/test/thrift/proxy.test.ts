import { deferred, eventually, freePort, rawClient } from "@monolake/test-kit";
import {
  createException,
  MessageType,
  readException,
  TApplicationExceptionType,
  type ThriftMessage,
  thriftFormat,
  thriftFormats,
} from "@monolake/thrift";
import { describe, expect, test } from "vitest";
import { routeTo, startGateway } from "./thrift-gateway.ts";
import { answerWith, callOf, text, thriftAsker, thriftPeer } from "./thrift-peers.ts";

const nameBack = async (message: ThriftMessage) => answerWith(message, message.name);

/** The exception that a call is answered with. */
async function exceptionOf(answer: Promise<ThriftMessage | undefined>) {
  const message = await answer;
  expect(message!.type).toBe(MessageType.EXCEPTION);
  return readException(message!);
}

describe("the Thrift proxy", () => {
  test.each(thriftFormats.map((format) => [format] as const))(
    "passes calls and answers on byte for byte, but for sequence ids between it and upstreams: $transport, $protocol",
    async (format) => {
      const call = callOf("a call", { format, sequenceId: 0x1234 });
      const [sent, back] = [
        Buffer.from(call.asItLies!),
        Buffer.from(answerWith(call, "an answer").asItLies!),
      ];
      const received = deferred<Buffer>();
      await using upstream = await thriftPeer(async (message) => {
        const answer = answerWith(message, "an answer");
        expect(message.sequenceId).not.toBe(0x1234);
        message.sequenceId = 0x1234;
        message.headerSequence = 0x1234;
        received.resolve(Buffer.concat([message.prefix, message.payload.whole!]));
        return answer;
      });
      await using gateway = await startGateway({ routes: [routeTo([upstream.port])] });
      await using client = await rawClient({ host: "127.0.0.1", port: gateway.port });
      void client.write(sent);
      expect(await client.readExactly(back.length)).toEqual(back);
      expect(await received.promise).toEqual(sent);
    },
  );

  test("keeps connections to upstreams, one for each format", async () => {
    await using upstream = await thriftPeer(nameBack);
    await using gateway = await startGateway({ routes: [routeTo([upstream.port])] });
    for (let round = 0; round < 3; round += 1) {
      for (const transport of ["framed", "ttheader"] as const) {
        await using client = await thriftAsker(gateway.port);
        await client.ask(callOf("x", { format: thriftFormat(transport, "binary") }));
      }
    }
    expect(upstream.accepted()).toBe(2);
  });

  test("goes to another upstream when one cannot be connected", async () => {
    await using upstream = await thriftPeer(nameBack);
    await using gateway = await startGateway({ routes: [routeTo([await freePort(), upstream.port])] });
    await using client = await thriftAsker(gateway.port);
    expect((await client.ask(callOf("x")))!.type).toBe(MessageType.REPLY);
  });

  test("sends no call twice: an upstream that breaks off is told to the caller", async () => {
    let calls = 0;
    const failures: unknown[] = [];
    const breaking = async () => {
      calls += 1;
      for (const peer of peers) peer.breakAll();
      return undefined;
    };
    await using first = await thriftPeer(breaking);
    await using second = await thriftPeer(breaking);
    const peers = [first, second];
    await using gateway = await startGateway({
      routes: [routeTo([first.port, second.port])],
      upstream: { onFailure: (error) => failures.push(error) },
    });
    await using client = await thriftAsker(gateway.port);
    expect(await exceptionOf(client.ask(callOf("x")))).toMatchObject({
      type: TApplicationExceptionType.INTERNAL_ERROR,
      message: expect.stringContaining("ERR_THRIFT_UPSTREAM_CLOSED"),
    });
    expect(calls).toBe(1);
    expect(failures).toMatchObject([{ code: "ERR_THRIFT_UPSTREAM_CLOSED" }]);
  });

  test("answers what cannot be connected, or does not answer in time, with exceptions, and goes on", async () => {
    await using slow = await thriftPeer(() => new Promise(() => {}));
    await using gateway = await startGateway({
      routes: [
        routeTo([await freePort()], { match: { method: "refused" } }),
        routeTo([slow.port], { match: { method: "slow" } }),
      ],
      upstream: { client: { connection: { readTimeoutMs: 100 } } },
    });
    await using client = await thriftAsker(gateway.port);
    for (const [name, code] of [
      ["refused", "ERR_UPSTREAM_CONNECT_REFUSED"],
      ["slow", "ERR_THRIFT_UPSTREAM_TIMEOUT"],
      ["refused", "ERR_UPSTREAM_CONNECT_REFUSED"],
    ] as const) {
      const exception = await exceptionOf(client.ask(callOf("x", { name })));
      expect(exception).toMatchObject({ type: 6, message: expect.stringContaining(code) });
      expect(exception.message).not.toMatch(/127\.0\.0\.1/);
    }
    await eventually(() => expect(slow.open()).toBe(0));
  });

  test("passes oneway calls on and answers none, even where there is no upstream", async () => {
    const got = deferred<string>();
    await using upstream = await thriftPeer(async (message) => {
      got.resolve(message.name);
      return undefined;
    });
    await using gateway = await startGateway({
      routes: [
        routeTo([upstream.port], { match: { method: "fire" } }),
        routeTo([await freePort()], { match: { method: "lost" } }),
      ],
    });
    await using client = await rawClient({ host: "127.0.0.1", port: gateway.port });
    const oneway = (name: string) => callOf("x", { name, type: MessageType.ONEWAY }).asItLies!;
    void client.write(
      Buffer.concat([oneway("lost"), oneway("fire"), callOf("x", { name: "none" }).asItLies!]),
    );
    const answer = await client.readUntil("no route for none");
    expect(answer.split("none")).toHaveLength(3);
    expect(await got.promise).toBe("fire");
  });

  test("does not pass on that an upstream wants its connection closed, and closes it", async () => {
    await using upstream = await thriftPeer(async (message) => {
      const answer = answerWith(message, "done");
      answer.header!.set("crrst", "1");
      answer.header!.set("kept", "1");
      return answer;
    });
    await using gateway = await startGateway({ routes: [routeTo([upstream.port])] });
    await using client = await thriftAsker(gateway.port);
    const call = () => callOf("x", { format: thriftFormat("ttheader", "binary") });
    for (let round = 0; round < 2; round += 1) {
      const answer = await client.ask(call());
      expect([...answer!.header!.entries()].map(({ key }) => key)).toEqual(["kept"]);
    }
    expect(upstream.accepted()).toBe(2);
  });

  test("passes an upstream's exceptions on as they are", async () => {
    await using upstream = await thriftPeer(async (message) =>
      createException(message, { type: 42, message: "their own" }),
    );
    await using gateway = await startGateway({ routes: [routeTo([upstream.port])] });
    await using client = await thriftAsker(gateway.port);
    expect(await exceptionOf(client.ask(callOf("x")))).toMatchObject({ type: 42, message: "their own" });
  });

  test("keeps its connections when it is made anew, and whose turn it is", async () => {
    const seen: string[] = [];
    const peer = (name: string) =>
      thriftPeer(async (message) => {
        seen.push(name);
        return nameBack(message);
      });
    await using first = await peer("first");
    await using second = await peer("second");
    const config = { routes: [routeTo([first.port, second.port], { loadBalancer: "round_robin" as const })] };
    await using gateway = await startGateway(config);
    for (let round = 0; round < 4; round += 1) {
      await using client = await thriftAsker(gateway.port);
      await client.ask(callOf("x"));
      await gateway.reload(config);
    }
    expect(seen).toEqual(["first", "second", "first", "second"]);
    expect([first.accepted(), second.accepted()]).toEqual([1, 1]);
  });
});

describe("with multiplexing", () => {
  test.each(thriftFormats.map((format) => [format] as const))(
    "the calls of many clients share two connections: $transport, $protocol",
    async (format) => {
      await using upstream = await thriftPeer(nameBack, { pipelining: "unordered" });
      await using gateway = await startGateway({ routes: [routeTo([upstream.port], { multiplex: 2 })] });
      const clients = await Promise.all(Array.from({ length: 20 }, () => thriftAsker(gateway.port)));
      for (let round = 0; round < 5; round += 1) {
        await Promise.all(
          clients.map(async ({ ask }, index) => {
            const name = `method${index}`;
            const answer = await ask(callOf("x", { format, name, sequenceId: 5 }));
            expect(answer!.payload.whole).toEqual(text(format, name, 0));
            expect(answer!.sequenceId).toBe(5);
          }),
        );
      }
      expect(upstream.accepted()).toBe(2);
      for (const client of clients) await client[Symbol.asyncDispose]();
    },
  );

  test("shared connections count for the limit, and leave one for calls that cannot share", async () => {
    await using upstream = await thriftPeer(nameBack, { pipelining: "unordered" });
    const upstreamOptions = { client: { pool: { maxConnections: 2 } } };
    await using gateway = await startGateway({
      routes: [routeTo([upstream.port], { multiplex: 4 })],
      upstream: upstreamOptions,
    });
    const clients = await Promise.all(Array.from({ length: 20 }, () => thriftAsker(gateway.port)));
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all(clients.map(({ ask }) => ask(callOf("x", { name: "counted" }))));
      for (const answer of answers) expect(answer!.payload.whole).toEqual(text(answer!.format, "counted", 0));
    }
    expect(upstream.accepted()).toBe(2);
    for (const client of clients) await client[Symbol.asyncDispose]();
  });

  test("a slow answer holds nobody up for long", async () => {
    const gate = deferred<void>();
    // One call after another, as most servers do it.
    await using upstream = await thriftPeer(async (message) => {
      if (message.name === "slow") await gate.promise;
      return nameBack(message);
    });
    await using gateway = await startGateway({ routes: [routeTo([upstream.port], { multiplex: 1 })] });
    await using first = await thriftAsker(gateway.port);
    const slow = first.ask(callOf("x", { name: "slow" }));
    await eventually(() => expect(upstream.accepted()).toBe(1));
    await eventually(async () => {
      await using second = await thriftAsker(gateway.port);
      const answer = second.ask(callOf("x", { name: "quick" }));
      const winner = await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 100))]);
      expect(winner).toBeDefined();
    });
    gate.resolve();
    await slow;
  });

  test("connections that are idle for too long close, as do those of an upstream that was taken out", async () => {
    await using upstream = await thriftPeer(nameBack, { pipelining: "unordered" });
    await using other = await thriftPeer(nameBack);
    const route = (port: number) => routeTo([port], { multiplex: 1 });
    const idleTimeoutMs = (milliseconds: number) => ({ client: { pool: { idleTimeoutMs: milliseconds } } });
    await using gateway = await startGateway({
      routes: [route(upstream.port)],
      upstream: idleTimeoutMs(100),
    });
    await using client = await thriftAsker(gateway.port);
    await client.ask(callOf("x"));
    expect(upstream.open()).toBe(1);
    await gateway.reload({ routes: [route(other.port)], upstream: idleTimeoutMs(60_000) });
    await eventually(() => expect(upstream.open()).toBe(0));
    await using late = await thriftAsker(gateway.port);
    await late.ask(callOf("x"));
    expect(other.open()).toBe(1);
  });

  test("a connection that breaks fails its calls, and the next ones get another", async () => {
    const arrived = deferred<void>();
    let calls = 0;
    await using upstream = await thriftPeer(async (message) => {
      calls += 1;
      if (message.name !== "lost") return nameBack(message);
      arrived.resolve();
      return new Promise(() => {});
    });
    await using gateway = await startGateway({ routes: [routeTo([upstream.port], { multiplex: 1 })] });
    await using client = await thriftAsker(gateway.port);
    const lost = exceptionOf(client.ask(callOf("x", { name: "lost" })));
    await arrived.promise;
    upstream.breakAll();
    expect(await lost).toMatchObject({ message: expect.stringContaining("ERR_THRIFT_UPSTREAM_CLOSED") });
    expect((await client.ask(callOf("x")))!.type).toBe(MessageType.REPLY);
    expect(calls).toBe(2);
  });
});
