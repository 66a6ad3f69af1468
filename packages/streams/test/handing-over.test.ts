import { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { dataStream, type StreamHandler } from "../src/index.ts";
import { streamPair } from "./echo-peers.ts";
import { RecordingHandler, record } from "./recording-handler.ts";

const handler = (parts: Partial<StreamHandler>): StreamHandler => ({
  onData: () => true,
  onEnd() {},
  onDrain() {},
  onClose() {},
  ...parts,
});

describe("handing a stream from one handler to the next", () => {
  it.each([true, false])("reads on for a handler attached inside onData that answers %s", async (more) => {
    await using pair = await streamPair();
    const second = new RecordingHandler();
    pair.accepted.attach(
      handler({
        onData(chunk) {
          pair.accepted.unread(Buffer.from(chunk.subarray(1)));
          pair.accepted.attach(second);
          return more;
        },
      }),
    );
    pair.dialled.write(Buffer.from("Xrest"));
    await second.received(4);
    pair.dialled.write(Buffer.from("!"));
    await second.received(5);
    expect(second.text).toBe("rest!");
  });

  it("gives bytes that are put back while bytes that were put back are delivered, in order", async () => {
    await using pair = await streamPair();
    const seen: string[] = [];
    pair.accepted.unread(Buffer.from("abc"));
    pair.accepted.attach(
      handler({
        onData(chunk) {
          seen.push(String(chunk));
          if (chunk.length > 1) pair.accepted.unread(Buffer.from(chunk.subarray(1)));
          return true;
        },
      }),
    );
    expect(seen).toEqual(["abc", "bc", "c"]);
    const second = record(pair.accepted);
    pair.dialled.write(Buffer.from("d"));
    await second.received(1);
    expect(second.text).toBe("d");
  });

  it("keeps what was put back while the handler wants nothing", async () => {
    await using pair = await streamPair();
    const first = new RecordingHandler();
    first.more = false;
    pair.accepted.unread(Buffer.from("a"));
    pair.accepted.attach(first);
    pair.accepted.unread(Buffer.from("b"));
    pair.dialled.write(Buffer.from("c"));
    first.more = true;
    pair.accepted.resume();
    await first.received(3);
    expect(first.text).toBe("abc");
  });

  it("lets the result of onData decide, whatever was paused or resumed inside", async () => {
    await using pair = await streamPair();
    const seen: string[] = [];
    const second = new RecordingHandler();
    let more = true;
    pair.accepted.attach(
      handler({
        onData(chunk) {
          seen.push(String(chunk));
          if (more) pair.accepted.pause();
          else pair.accepted.resume();
          second.onData(chunk);
          return more;
        },
      }),
    );
    pair.dialled.write(Buffer.from("1"));
    await second.received(1);
    more = false;
    pair.dialled.write(Buffer.from("2"));
    await second.received(2);
    pair.dialled.write(Buffer.from("3"));
    const answer = record(pair.dialled);
    pair.accepted.write(Buffer.from("x"));
    await answer.received(1);
    expect(seen).toEqual(["1", "2"]);
    pair.accepted.resume();
    await second.received(3);
  });

  it("tells an end to whoever is attached inside onEnd", async () => {
    await using pair = await streamPair();
    const second = new RecordingHandler();
    pair.accepted.attach(
      handler({
        onEnd() {
          pair.accepted.attach(second);
        },
      }),
    );
    pair.dialled.end();
    await second.ended.promise;
    pair.accepted.end();
    expect(await second.closed.promise).toBeUndefined();
  });

  it("tells the end and the close to a handler that comes late, each once", async () => {
    await using pair = await streamPair();
    const first = record(pair.accepted);
    pair.dialled.end();
    await first.ended.promise;
    let ends = 0;
    const second = handler({
      onEnd() {
        ends += 1;
      },
    });
    pair.accepted.attach(second);
    pair.accepted.attach(second);
    expect(ends).toBe(1);
    const third = record(pair.accepted);
    pair.accepted.destroy();
    await third.closed.promise;
    const late = record(pair.accepted);
    await Promise.all([late.ended.promise, late.closed.promise]);
  });

  it("tells the close of a socket that was broken before it became a stream", async () => {
    const socket = new Socket();
    const gone = new Promise((resolve) => socket.once("close", resolve));
    socket.destroy();
    await gone;
    const stream = dataStream(socket);
    expect(stream.closed).toBe(true);
    expect(await record(stream).closed.promise).toBeUndefined();
  });

  it("may be destroyed inside each of its events", async () => {
    for (const event of ["onData", "onEnd", "onDrain"] as const) {
      await using pair = await streamPair();
      const closed = Promise.withResolvers<Error | undefined>();
      const seen: string[] = [];
      const note = (name: string) => {
        seen.push(name);
        if (name === event) pair.accepted.destroy();
        return true;
      };
      pair.accepted.attach({
        onData: () => note("onData"),
        onEnd: () => void note("onEnd"),
        onDrain: () => void note("onDrain"),
        onClose: closed.resolve,
      });
      if (event === "onDrain") pair.accepted.write(Buffer.alloc(8_000_000));
      record(pair.dialled);
      if (event === "onData") pair.dialled.write(Buffer.from("x"));
      else if (event === "onEnd") pair.dialled.end();
      expect(await closed.promise).toBeUndefined();
      expect(seen).toEqual([event]);
    }
  });
});

describe("a handler that throws", () => {
  it.each(["onData", "onEnd", "onDrain"] as const)(
    "breaks its stream from %s, and nothing else",
    async (event) => {
      await using pair = await streamPair();
      const closed = Promise.withResolvers<Error | undefined>();
      const fault = new Error("a fault");
      const fail = () => {
        throw fault;
      };
      pair.accepted.attach(handler({ [event]: fail, onClose: closed.resolve }));
      if (event === "onDrain") pair.accepted.write(Buffer.alloc(8_000_000));
      record(pair.dialled);
      if (event === "onData") pair.dialled.write(Buffer.from("x"));
      else if (event === "onEnd") pair.dialled.end();
      expect(await closed.promise).toBe(fault);
    },
  );

  it("from onClose is a warning", async () => {
    await using pair = await streamPair();
    const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
    pair.accepted.attach(
      handler({
        onClose() {
          throw new Error("late fault");
        },
      }),
    );
    pair.accepted.destroy();
    expect((await warned).message).toBe("late fault");
  });
});
