import { once } from "node:events";
import { deferred } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { letWait } from "../src/waiting-chunks.ts";
import { streamPair } from "./echo-peers.ts";
import { openClients, recordAll, turnsOfDelivery } from "./waiting-clients.ts";

describe("what waits for its turn", () => {
  it("reaches all the others when a handler throws", async () => {
    await using _upstream = await streamPair();
    using opened = await openClients(60);
    const handlers = recordAll(opened.clients.slice(1));
    const [first] = opened.clients;
    first?.stream.attach({
      onData() {
        throw new Error("no");
      },
      onEnd() {},
      onDrain() {},
      onClose() {},
    });
    for (const { socket } of opened.clients) socket.write("request");
    await Promise.all(handlers.map((handler) => handler.received("request".length)));
    expect(first?.stream.closed).toBe(true);
  });

  it("reaches all, also where each handler throws something that cannot be text", async () => {
    await using _upstream = await streamPair();
    using opened = await openClients(60);
    const closed = opened.clients.map(({ socket, stream }) => {
      socket.on("error", () => {});
      const { promise, resolve } = deferred<Error | undefined>();
      stream.attach({
        onData() {
          throw Object.create(null);
        },
        onEnd() {},
        onDrain() {},
        onClose: resolve,
      });
      return promise;
    });
    for (const { socket } of opened.clients) socket.write("request");
    const message = "something without a text was thrown";
    expect(await Promise.all(closed)).toMatchObject(closed.map(() => ({ message })));
  });

  it("reaches all the others behind a throw that nobody catches", async () => {
    await using _upstream = await streamPair();
    using opened = await openClients(60);
    const handlers = recordAll(opened.clients);
    const listeners = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    const uncaught = once(process, "uncaughtException");
    const throwing = {
      chunkDue() {
        throw new Error("nobody catches it");
      },
    };
    letWait(throwing, Buffer.from("first"));
    for (const { socket } of opened.clients) socket.write("request");
    await uncaught;
    for (const listener of listeners) process.on("uncaughtException", listener);
    await Promise.all(handlers.map((handler) => handler.received("request".length)));
  });

  it("does not wait long beside dialled streams that take most of every turn", async () => {
    await using upstream = await streamPair();
    using opened = await openClients(100);
    upstream.dialled.attach({
      onData() {
        for (const untilMs = performance.now() + 20; performance.now() < untilMs; );
        return true;
      },
      onEnd() {},
      onDrain() {},
      onClose() {},
    });
    const sending = setInterval(() => upstream.accepted.write(Buffer.from("answer")), 0);
    expect(await turnsOfDelivery(opened.clients)).toBeLessThan(6);
    clearInterval(sending);
  });
});
