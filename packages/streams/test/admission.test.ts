import { once } from "node:events";
import { Socket } from "node:net";
import { deferred } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { deadlineIn, takeSocket, unwatchDeadline, watchDeadline } from "../src/index.ts";
import { type SocketFacts, SocketStream } from "../src/socket-stream.ts";
import { StreamHolder } from "../src/stream-holder.ts";
import { streamPair } from "./echo-peers.ts";
import { record } from "./recording-handler.ts";
import { firstTurn, logTo, nextTurn, openClients, recordAll, turnsOfDelivery } from "./waiting-clients.ts";

describe("what accepted streams bring, beside dialled ones", () => {
  it("waits until an answer that came with it has been read, and then comes in its order", async () => {
    await using upstream = await streamPair();
    using opened = await openClients(100);
    const log: string[] = [];
    for (const { stream } of opened.clients) logTo(log, stream);
    logTo(log, upstream.dialled);
    const names = opened.clients.map((_, index) => `request ${index}`);
    for (const [index, { socket }] of opened.clients.entries()) socket.write(names[index] as string);
    upstream.accepted.write(Buffer.from("answer"));
    while (log.length < 101) await nextTurn();
    expect(log.indexOf("answer")).toBeLessThan(20);
    expect(log.filter((entry) => entry !== "answer")).toEqual(names);
  });

  it.each(["tcp", "unix", "tls"] as const)(
    "does not wait where no dialled stream over %s is left",
    async (kind) => {
      using opened = await openClients(40);
      const upstream = await streamPair(kind);
      expect(await turnsOfDelivery(opened.clients)).toBeGreaterThan(2);
      const gone = record(upstream.dialled).closed.promise;
      await upstream[Symbol.asyncDispose]();
      await gone;
      expect(await turnsOfDelivery(opened.clients)).toBe(1);
    },
  );

  it("does not wait for a dialled stream that was given up for its socket", async () => {
    using opened = await openClients(40);
    await using upstream = await streamPair();
    const socket = takeSocket(upstream.dialled);
    expect(await turnsOfDelivery(opened.clients)).toBe(1);
    await once(socket.destroy(), "close");
    expect(await turnsOfDelivery(opened.clients)).toBe(1);
  });

  it("does not wait for one that was closed before it became a stream", async () => {
    using opened = await openClients(40);
    const socket = new Socket();
    await once(socket.destroy(), "close");
    const at = { type: "unix", path: "" } as const;
    const facts: SocketFacts = {
      localAddress: at,
      remoteAddress: at,
      freshChunks: true,
      tls: undefined,
      opened: "dialled",
    };
    new SocketStream(socket, facts, new StreamHolder());
    expect(await turnsOfDelivery(opened.clients)).toBe(1);
  });

  it("is whole and in order when a client sends more while it waits, and ends", async () => {
    await using _upstream = await streamPair();
    using opened = await openClients(60);
    const handlers = recordAll(opened.clients);
    for (const { socket } of opened.clients) socket.write("one ");
    await firstTurn(handlers);
    for (const { socket } of opened.clients) socket.end("two");
    await Promise.all(handlers.map(({ ended }) => ended.promise));
    expect(handlers.map(({ text }) => text)).toEqual(handlers.map(() => "one two"));
  });

  it("is whole and in order over TLS, and the end behind it", async () => {
    const pairs = await Promise.all(Array.from({ length: 30 }, () => streamPair("tls")));
    const handlers = pairs.map(({ accepted }) => record(accepted));
    for (const { dialled } of pairs) dialled.write(Buffer.from("one "));
    await firstTurn(handlers);
    expect(handlers.filter(({ text }) => text === "").length).toBeGreaterThan(10);
    for (const { dialled } of pairs) {
      dialled.write(Buffer.from("two"));
      dialled.end();
    }
    await Promise.all(handlers.map(({ ended }) => ended.promise));
    expect(handlers.map(({ text }) => text)).toEqual(handlers.map(() => "one two"));
    await Promise.all(pairs.map((pair) => pair[Symbol.asyncDispose]()));
  });

  it("is delivered when reading goes on, if it was stopped while that waited, and the end behind it", async () => {
    await using _upstream = await streamPair();
    using opened = await openClients(60);
    const handlers = recordAll(opened.clients);
    for (const { socket } of opened.clients) socket.end("request");
    await firstTurn(handlers);
    const stopped = opened.clients.flatMap((_, index) => (handlers[index]?.text === "" ? [index] : []));
    expect(stopped.length).toBeGreaterThan(20);
    for (const index of stopped) opened.clients[index]?.stream.pause();
    for (let turn = 0; turn < 30; turn++) await nextTurn();
    expect(stopped.map((index) => handlers[index]?.text)).toEqual(stopped.map(() => ""));
    for (const index of stopped) opened.clients[index]?.stream.resume();
    await Promise.all(handlers.map(({ ended }) => ended.promise));
    expect(handlers.map(({ text }) => text)).toEqual(handlers.map(() => "request"));
  });

  it("goes along when the stream is given up for its socket", async () => {
    await using _upstream = await streamPair();
    using opened = await openClients(60);
    const handlers = recordAll(opened.clients);
    for (const { socket } of opened.clients) socket.write("for whoever comes");
    await firstTurn(handlers);
    const waiting = opened.clients.filter((_, index) => handlers[index]?.text === "");
    expect(waiting.length).toBeGreaterThan(20);
    const texts = waiting.map(async ({ stream }) => {
      const socket = takeSocket(stream);
      const [bytes] = (await once(socket, "data")) as [Buffer];
      socket.destroy();
      return String(bytes);
    });
    expect(await Promise.all(texts)).toEqual(waiting.map(() => "for whoever comes"));
  });

  it("is forgotten with a stream that is destroyed", async () => {
    await using _upstream = await streamPair();
    using opened = await openClients(60);
    const handlers = recordAll(opened.clients);
    for (const { socket } of opened.clients) socket.write("request");
    await firstTurn(handlers);
    const destroyed = opened.clients.flatMap((_, index) => (handlers[index]?.text === "" ? [index] : []));
    expect(destroyed.length).toBeGreaterThan(20);
    for (const index of destroyed) opened.clients[index]?.stream.destroy();
    await Promise.all(destroyed.map((index) => handlers[index]?.closed.promise));
    expect(destroyed.map((index) => handlers[index]?.text)).toEqual(destroyed.map(() => ""));
    const others = handlers.filter((_, index) => !destroyed.includes(index));
    expect(others.map(({ text }) => text)).toEqual(others.map(() => "request"));
  });

  it("is whole for hundreds of clients that send more than may wait, in pieces of all lengths", async () => {
    await using _upstream = await streamPair();
    using opened = await openClients(300);
    const handlers = recordAll(opened.clients);
    const sent = opened.clients.map(() => "");
    for (let round = 0; round < 6; round++) {
      for (const [index, { socket }] of opened.clients.entries()) {
        const piece = `${round}.${index} `.repeat(1 + ((index * 37 + round * 101) % 700));
        sent[index] += piece;
        socket.write(piece);
      }
      await nextTurn();
    }
    await Promise.all(handlers.map((handler, index) => handler.received(sent[index]?.length ?? 0)));
    expect(handlers.every(({ text }, index) => text === sent[index])).toBe(true);
  });

  it("is copied by whoever keeps it, also when the stream has got a buffer of its own meanwhile", async () => {
    await using _upstream = await streamPair();
    using opened = await openClients(60);
    const kept: Buffer[] = [];
    let heads = 0;
    for (const { stream } of opened.clients) {
      stream.attach({
        onData(chunk) {
          if (!stream.ownBuffer) heads += 1;
          else kept.push(stream.ownsChunk ? chunk : Buffer.from(chunk));
          const first = !stream.ownBuffer;
          stream.ownBuffer = true;
          return first;
        },
        onEnd() {},
        onDrain() {},
        onClose() {},
      });
    }
    for (const { socket } of opened.clients) socket.write("head");
    while (heads < 60) await nextTurn();
    const bodies = opened.clients.map((_, index) => `body ${index + 10}`);
    for (const [index, { socket }] of opened.clients.entries()) socket.write(bodies[index] as string);
    while (kept.length < 60) await nextTurn();
    expect(kept.map(String).sort()).toEqual(bodies);
  });

  it("is nobody's end when its handler breaks the stream off", async () => {
    await using _upstream = await streamPair();
    using opened = await openClients(60);
    const told: string[] = [];
    let closed = 0;
    for (const { stream } of opened.clients) {
      stream.attach({
        onData() {
          stream.destroy();
          return true;
        },
        onEnd: () => void told.push("end"),
        onDrain() {},
        onClose() {
          closed += 1;
        },
      });
    }
    for (const { socket } of opened.clients) socket.end("request");
    while (closed < 60) await nextTurn();
    expect(told).toEqual([]);
  });

  it("goes to whoever takes the socket when it comes, and the end that came with it behind it", async () => {
    await using _upstream = await streamPair();
    using opened = await openClients(60);
    const texts = opened.clients.map(({ stream }) => {
      const whole = deferred<string>();
      stream.attach({
        onData(chunk) {
          stream.unread(Buffer.from(chunk));
          let text = "";
          takeSocket(stream)
            .on("data", (bytes) => (text += bytes))
            .on("end", () => whole.resolve(text));
          return true;
        },
        onEnd() {},
        onDrain() {},
        onClose() {},
      });
      return whole.promise;
    });
    for (const { socket } of opened.clients) socket.end("for whoever comes");
    expect(await Promise.all(texts)).toEqual(texts.map(() => "for whoever comes"));
  });

  it("is delivered before the close when the client resets the connection behind it", async () => {
    await using _upstream = await streamPair();
    using opened = await openClients(60);
    const handlers = recordAll(opened.clients);
    for (const { socket } of opened.clients) socket.write("last words");
    await firstTurn(handlers);
    for (const { socket } of opened.clients) socket.resetAndDestroy();
    await Promise.all(handlers.map(({ closed }) => closed.promise));
    expect(handlers.map(({ text }) => text)).toEqual(handlers.map(() => "last words"));
  });

  it("is not late: it is handled before a deadline is over that would end the waiting for it", async () => {
    await using _upstream = await streamPair();
    using opened = await openClients(60);
    let late = 0;
    let handled = 0;
    const deadlines = opened.clients.map(({ stream }) => {
      const deadline = {
        deadlineMs: Number.POSITIVE_INFINITY,
        onDeadline() {
          late += 1;
        },
      };
      watchDeadline(deadline);
      stream.attach({
        onData() {
          handled += 1;
          deadline.deadlineMs = Number.POSITIVE_INFINITY;
          // Eight of these are longer than a tick.
          for (const untilMs = performance.now() + 20; performance.now() < untilMs; );
          return true;
        },
        onEnd() {},
        onDrain() {},
        onClose() {},
      });
      return deadline;
    });
    for (const { socket } of opened.clients) socket.write("in time");
    while (handled === 0) await nextTurn();
    for (const deadline of deadlines.slice(handled)) deadline.deadlineMs = deadlineIn(1);
    while (handled < 60) await nextTurn();
    for (const deadline of deadlines) unwatchDeadline(deadline);
    expect(late).toBe(0);
  });
});
