import {
  BaseContext,
  contextKey,
  FactoryStack,
  type Has,
  makeInnermost,
  type Service,
} from "@monolake/service-async";
import { type ByteStream, StreamReader, watchedDeadlines } from "@monolake/streams";
import { eventually, rawClient } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import {
  Detect,
  DetectEndedError,
  type DetectOptions,
  type Detector,
  DetectTimeoutError,
  detect,
  fixedLengthDetector,
  prefixDetector,
} from "../../../src/common/index.ts";
import { TcpEcho } from "../../../src/tcp/index.ts";
import { serveConnections } from "../../serve-connections.ts";

const outcome = contextKey<unknown>()("outcome");
class Context extends BaseContext {
  outcome: unknown = undefined;
}

/** Says what was detected and answers everything that it reads, once the client has ended its side. */
class ReadAll implements Service<ByteStream, string, Has<typeof outcome>> {
  async call(stream: ByteStream, context: Has<typeof outcome>): Promise<string> {
    stream.write(Buffer.from(`${String(context.outcome)}:`));
    const reader = new StreamReader(stream);
    const chunks: Buffer[] = [];
    for (let chunk = await reader.read(); chunk !== undefined; chunk = await reader.read())
      chunks.push(chunk);
    stream.write(Buffer.concat(chunks));
    stream.end();
    return Buffer.concat(chunks).toString("latin1");
  }
}

const served = (detector: Detector<unknown>, options: DetectOptions = {}) =>
  serveConnections(new Detect(new ReadAll(), { key: outcome, detector, ...options }), () => new Context());

const settled = (call: Promise<unknown>) => call.then(String, (error: unknown) => error);

describe("with a prefix", () => {
  const detector = prefixDetector("PRI *");

  it.each([
    ["PRI * HTTP", "true:PRI * HTTP"],
    ["PRI *", "true:PRI *"],
    ["GET / HTTP", "false:GET / HTTP"],
    ["PRX", "false:PRX"],
    ["PRI", "false:PRI"],
    ["", "false:"],
  ])("the inner service gets the outcome and every byte of %j, up to the end", async (sent, expected) => {
    await using server = await served(detector);
    await using client = await rawClient(server.address, { allowHalfOpen: true });
    client.socket.end(sent, "latin1");
    expect(await client.readToEnd()).toBe(expected);
    expect(watchedDeadlines()).toBe(0);
  });

  it("comes to the same byte by byte", async () => {
    await using server = await served(detector);
    await using client = await rawClient(server.address, { allowHalfOpen: true });
    for (const byte of "PRI * H") {
      await client.write(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    client.end();
    expect(await client.readToEnd()).toBe("true:PRI * H");
  });

  it.each([
    ["PRX", "false:"],
    ["PRI *", "true:"],
  ])("a client that sends %j and waits gets its answer at once", async (sent, expected) => {
    await using server = await served(detector, { timeoutMs: 60_000 });
    await using client = await rawClient(server.address);
    await client.write(sent);
    expect(await client.readUntil(":")).toBe(expected);
  });

  it("a client that sends too little in time loses its connection", async () => {
    await using server = await served(detector, { timeoutMs: 50 });
    const coming = server.nextCall();
    await using client = await rawClient(server.address);
    await client.write("PRI");
    const { result } = await coming;
    const error = await settled(result);
    expect(error).toBeInstanceOf(DetectTimeoutError);
    expect(error).toMatchObject({ code: "ERR_DETECT_TIMEOUT", timeoutMs: 50, receivedBytes: 3 });
    await client.closed;
    expect(watchedDeadlines()).toBe(0);
  });

  it("a client that resets its connection is no news for the inner service", async () => {
    await using server = await served(detector);
    const coming = server.nextCall();
    await using client = await rawClient(server.address);
    await client.write("PR");
    const { result } = await coming;
    client.reset();
    expect(await settled(result)).toMatchObject({ code: "ERR_CONNECTION_RESET" });
    expect(watchedDeadlines()).toBe(0);
  });
});

describe("with a fixed length", () => {
  it("the inner service gets what was decided, and every byte", async () => {
    await using server = await served(fixedLengthDetector(4, (bytes) => bytes.readUInt32BE()));
    await using client = await rawClient(server.address, { allowHalfOpen: true });
    client.socket.end("\0\0\x01\x02rest", "latin1");
    expect(await client.readToEnd()).toBe("258:\0\0\x01\x02rest");
  });

  it.each([
    ["", 0],
    ["abc", 3],
  ])("a client that ends after %j is an error", async (sent, receivedBytes) => {
    await using server = await served(fixedLengthDetector(4, () => true));
    const coming = server.nextCall();
    await using client = await rawClient(server.address, { allowHalfOpen: true });
    client.socket.end(sent);
    const error = await settled((await coming).result);
    expect(error).toBeInstanceOf(DetectEndedError);
    expect(error).toMatchObject({ code: "ERR_DETECT_ENDED", receivedBytes });
    await client.closed;
  });

  it("what decide throws is the failure", async () => {
    const broken = fixedLengthDetector(1, () => {
      throw new RangeError("not for me");
    });
    await using server = await served(broken);
    const coming = server.nextCall();
    await using client = await rawClient(server.address);
    await client.write("x");
    expect(await settled((await coming).result)).toMatchObject({ message: "not for me" });
    await client.closed;
    expect(watchedDeadlines()).toBe(0);
  });
});

it("gives up when the connection is cancelled", async () => {
  const context = new Context();
  const inner = new Detect(new ReadAll(), { key: outcome, detector: prefixDetector("PRI *") });
  await using server = await serveConnections(inner, () => context);
  const coming = server.nextCall();
  await using client = await rawClient(server.address);
  await client.write("PRI");
  const { result } = await coming;
  context.cancellation.cancel(new Error("draining"));
  expect(await settled(result)).toMatchObject({ message: "draining" });
  await client.closed;
});

it("reads nothing of a connection that is cancelled already", async () => {
  const context = new Context();
  context.cancellation.cancel(new Error("draining"));
  const inner = new Detect(new ReadAll(), { key: outcome, detector: prefixDetector("PRI *") });
  await using server = await serveConnections(inner, () => context);
  const coming = server.nextCall();
  // The connection may be broken before the client knows that it was made.
  const connecting = rawClient(server.address).catch(() => undefined);
  expect(await settled((await coming).result)).toMatchObject({ message: "draining" });
  await (await connecting)?.closed;
  expect(watchedDeadlines()).toBe(0);
});

it("passes what comes behind the first bytes on with backpressure, whatever its size", async () => {
  const detector = prefixDetector("ECHO");
  await using server = await serveConnections(
    new Detect(new TcpEcho() as Service<ByteStream, void, Has<typeof outcome>>, { key: outcome, detector }),
    () => new Context(),
  );
  await using client = await rawClient(server.address, { allowHalfOpen: true });
  const sent = Buffer.alloc(3_000_000, "0123456789");
  client.socket.write("ECHO");
  client.socket.end(sent);
  await eventually(() => client.receivedBytes === sent.length + 4);
  expect(await client.readToEnd()).toBe(`ECHO${sent.toString("latin1")}`);
});

it("answers a client that ended its side before the outcome was known, however much that is", async () => {
  const big = Buffer.alloc(4_000_000, "x");
  const answering: Service<ByteStream, void, Has<typeof outcome>> = {
    call: (stream) =>
      new Promise((resolve) => {
        stream.attach({
          onData: (chunk) => stream.write(Buffer.from(chunk)),
          onEnd() {
            if (stream.write(big)) stream.end();
          },
          onDrain: () => stream.end(),
          onClose: () => resolve(),
        });
      }),
  };
  const detector = prefixDetector("PRI *");
  await using server = await serveConnections(
    new Detect(answering, { key: outcome, detector }),
    () => new Context(),
  );
  await using client = await rawClient(server.address, { allowHalfOpen: true });
  client.socket.end("PRI");
  expect(await client.readToEnd()).toBe(`PRI${big.toString("latin1")}`);
  await server.calls[0];
});

it("is a layer that fills the slot it is given", async () => {
  const isHttp2 = contextKey<boolean>()("isHttp2");
  class Inner implements Service<ByteStream, boolean, Has<typeof isHttp2>> {
    async call(_stream: ByteStream, context: Has<typeof isHttp2>): Promise<boolean> {
      return context.isHttp2;
    }
  }
  const inner = FactoryStack.of({}, () => makeInnermost(Inner, () => new Inner()));
  const stack = inner.push(detect(isHttp2, prefixDetector("PRI"), { timeoutMs: 1_000 }));
  const made = await stack.check<ByteStream>().check<ByteStream, BaseContext>().make();
  expect(made).toBeInstanceOf(Detect);
  // @ts-expect-error nobody fills the slot
  inner.check<ByteStream, BaseContext>();
  const text = fixedLengthDetector(1, (bytes) => bytes.toString());
  // @ts-expect-error the detector gives a string, the slot holds a boolean
  inner.push(detect(isHttp2, text));
});
