import { once } from "node:events";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { SecureVersion, TLSSocket } from "node:tls";
import { Worker } from "node:worker_threads";
import { eventually, splitEverywhere } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { type ByteStream, ConnectionResetError, takeSocket, tlsStream } from "../src/index.ts";
import { acceptingServer, type StreamPair, streamPair } from "./echo-peers.ts";
import { record } from "./recording-handler.ts";
import { cert, secureClient, secureServer } from "./secure-pair.ts";

interface TlsPair extends AsyncDisposable {
  /** What is tested. */
  readonly stream: ByteStream;
  readonly server: TLSSocket;
  /** Its peer, by Node's own streams. */
  readonly client: TLSSocket;
  /** Beneath the client. */
  readonly carrier: Socket;
}

/** A stream whose peer is a client of `node:tls`; `relay` stands between that and its connection. */
async function tlsPair(
  maxVersion?: SecureVersion,
  relay = (carrier: Socket): Duplex => carrier,
): Promise<TlsPair> {
  const pair: StreamPair = await streamPair();
  const carrier = takeSocket(pair.dialled) as Socket;
  const [client, server] = await Promise.all([
    secureClient(relay(carrier), maxVersion),
    secureServer(pair.accepted),
  ]);
  client.allowHalfOpen = true;
  return {
    stream: tlsStream(server),
    server,
    client,
    carrier,
    async [Symbol.asyncDispose]() {
      client.on("error", () => {}).destroy();
      carrier.destroy();
      await pair[Symbol.asyncDispose]();
    },
  };
}

/** Sends what a client encrypts in two parts, and the second one later; keeps what comes for it. */
class CutCarrier extends Duplex {
  readonly #carrier: Socket;
  cutAt = 0;
  received: Buffer = Buffer.alloc(0);

  constructor(carrier: Socket) {
    super();
    this.#carrier = carrier;
    carrier.on("data", (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
      this.push(chunk);
    });
    carrier.on("end", () => this.push(null));
  }

  /** The kind and the length of the last record. */
  get lastRecord(): readonly (number | undefined)[] {
    let at = 0;
    let record: readonly (number | undefined)[] = [];
    while (at < this.received.length) {
      record = [this.received[at], this.received.readUInt16BE(at + 3)];
      at += 5 + this.received.readUInt16BE(at + 3);
    }
    return record;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#carrier.write(chunk.subarray(0, this.cutAt));
    setImmediate(() => setImmediate(() => this.#carrier.write(chunk.subarray(this.cutAt), () => done())));
  }
}

/** Asks and resets at once, in a thread of its own. */
const resettingClient = `
  const { workerData } = require("node:worker_threads");
  const { port, ca, done } = workerData;
  const tcp = require("node:net").connect(port, "127.0.0.1");
  const client = require("node:tls").connect({ socket: tcp, ca, servername: "localhost" });
  client.on("error", () => {});
  client.write("request", () => tcp.resetAndDestroy());
  tcp.on("error", () => {}).once("close", () => {
    Atomics.store(done, 0, 1);
    Atomics.notify(done, 0);
  });
`;

/** What a socket gets until its peer ends. */
async function allOf(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => void chunks.push(chunk));
  await once(socket, "end");
  return Buffer.concat(chunks).toString("latin1");
}

describe.each(["TLSv1.2", "TLSv1.3"] as const)("a stream over %s", (version) => {
  it("delivers a message the same, wherever it is cut into records", async () => {
    await using pair = await tlsPair(version);
    const there = record(pair.stream);
    const message = Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let expected = "";
    for (const [head, tail] of splitEverywhere(message)) {
      pair.client.write(head);
      await nextTurn();
      pair.client.write(tail);
      expected += String(message);
      await there.received(expected.length);
    }
    expect(there.text).toBe(expected);
  });

  it("delivers a message the same, wherever its record is cut", async () => {
    let relay: CutCarrier | undefined;
    await using pair = await tlsPair(version, (carrier) => {
      relay = new CutCarrier(carrier);
      return relay;
    });
    const there = record(pair.stream);
    for (let at = 0; at < 40; at += 1) {
      if (relay !== undefined) relay.cutAt = at;
      pair.client.write("request");
      await there.received(7 * (at + 1));
    }
    expect(there.text).toBe("request".repeat(40));
  });

  it("sends the end of TLS behind everything that was written", async () => {
    let relay: CutCarrier | undefined;
    await using pair = await tlsPair(version, (carrier) => {
      relay = new CutCarrier(carrier);
      return relay;
    });
    record(pair.stream);
    const received = allOf(pair.client);
    pair.stream.write(Buffer.alloc(0));
    expect(pair.stream.write(Buffer.from("first, "))).toBe(true);
    // The handle takes one at a time.
    expect(pair.stream.write(Buffer.from("second, "))).toBe(false);
    pair.stream.writev([Buffer.from("third "), Buffer.from("and last")]);
    pair.stream.end();
    expect(await received).toBe("first, second, third and last");
    // An alert has two bytes, and what the version adds to them; TLS 1.3 hides that it is one.
    expect(relay?.lastRecord).toEqual(version === "TLSv1.2" ? [21, 2 + 8 + 16] : [23, 2 + 1 + 16]);
  });

  it("ends at once when nothing is on its way", async () => {
    await using pair = await tlsPair(version);
    const there = record(pair.stream);
    const received = allOf(pair.client);
    pair.stream.write(Buffer.from("all"));
    await nextTurn();
    await nextTurn();
    pair.stream.end();
    expect(pair.server.writableEnded).toBe(true);
    expect(await received).toBe("all");
    pair.client.end();
    expect(await there.closed.promise).toBeUndefined();
  });
});

describe("writing to a stream over TLS", () => {
  it("is possible in the turn in which the handshake ends", async () => {
    const pair = await streamPair();
    await using _ = pair;
    const client = secureClient(takeSocket(pair.dialled));
    const stream = tlsStream(await secureServer(pair.accepted));
    stream.write(Buffer.from("early "));
    stream.write(Buffer.from("bird"));
    stream.end();
    expect(await allOf(await client)).toBe("early bird");
  });

  it("takes what is written while another write waits, in order, and tells when all is taken", async () => {
    await using pair = await tlsPair();
    const here = record(pair.stream);
    const parts = Array.from({ length: 64 }, (_, index) =>
      Buffer.alloc(300_000, String.fromCharCode(65 + (index % 26))),
    );
    let taken = 0;
    for (const part of parts) if (pair.stream.write(part)) taken += 1;
    expect(taken).toBeLessThan(3);
    const { pendingBytes, queuedBytes } = pair.stream;
    expect([pendingBytes > 10_000_000, queuedBytes > 10_000_000]).toEqual([true, true]);
    pair.stream.end();
    const received = await allOf(pair.client);
    expect(received === Buffer.concat(parts).toString("latin1")).toBe(true);
    await here.drained.promise;
    expect(pair.stream.pendingBytes).toBe(0);
  });

  it("shows that a slow peer takes something", async () => {
    await using pair = await tlsPair();
    record(pair.stream);
    while (pair.stream.write(Buffer.alloc(100_000))) await nextTurn();
    const { queuedBytes } = pair.stream;
    pair.client.on("data", () => {});
    await eventually(() => expect(pair.stream.queuedBytes).toBeLessThan(queuedBytes));
  });

  it("fails when the peer resets in the middle of it", async () => {
    await using pair = await tlsPair();
    const here = record(pair.stream);
    expect(pair.stream.write(Buffer.alloc(32_000_000))).toBe(false);
    pair.stream.write(Buffer.from("more"));
    pair.carrier.resetAndDestroy();
    expect(await here.closed.promise).toBeInstanceOf(ConnectionResetError);
    expect(pair.stream.write(Buffer.from("too late"))).toBe(true);
    expect(here.drains).toBe(0);
  });

  it("does nothing once the stream is destroyed in the middle of it", async () => {
    await using pair = await tlsPair();
    const here = record(pair.stream);
    pair.stream.write(Buffer.alloc(32_000_000));
    pair.stream.destroy();
    pair.stream.write(Buffer.from("too late"));
    expect(await here.closed.promise).toBeUndefined();
    expect(here.drains).toBe(0);
  });

  it("behind the end breaks the stream", async () => {
    for (const turns of [0, 2]) {
      await using pair = await tlsPair();
      const here = record(pair.stream);
      pair.stream.write(Buffer.from("last"));
      for (let turn = 0; turn < turns; turn += 1) await nextTurn();
      pair.stream.end();
      pair.stream.write(Buffer.from("too late"));
      expect(await here.closed.promise).toMatchObject({ code: "ERR_CONNECTION_RESET" });
    }
  });
});

describe("reading from a stream over TLS", () => {
  it("tells the end of a peer that closes TCP without the end of TLS", async () => {
    await using pair = await tlsPair();
    const there = record(pair.stream);
    pair.client.write("all");
    await there.received(3);
    pair.carrier.end();
    await there.ended.promise;
    pair.stream.end();
    expect(await there.closed.promise).toBeUndefined();
  });

  it("tells a reset that came before the session tickets were sent, which took the system's error", async () => {
    await using accepting = await acceptingServer();
    const done = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(resettingClient, {
      eval: true,
      workerData: { port: accepting.port, ca: cert, done },
    });
    const exited = once(worker, "exit");
    const accepted = await accepting.accepted;
    const hello = record(accepted);
    hello.more = false;
    await hello.received(1);
    accepted.unread(Buffer.concat(hello.chunks));
    const secured = secureServer(accepted);
    // Its part of the handshake is sent; the rest of the client's, what it asks and the reset are read in one go.
    setImmediate(() => Atomics.wait(done, 0, 0, 10_000));
    const there = record(tlsStream(await secured));
    expect(await there.closed.promise).toBeInstanceOf(ConnectionResetError);
    expect(there.text).toBe("request");
    await exited;
  });

  it.each(["at once", "when the one before is over"])(
    "delivers what the peer has sent before it reset the connection, though a write is refused first: %s",
    async (when) => {
      await using pair = await tlsPair();
      const here = record(pair.stream);
      pair.client.write("begun");
      await here.received(5);
      // In one turn, and where nothing is read any more before what waits is written.
      if (when !== "at once") pair.stream.write(Buffer.from("first"));
      pair.client.write(", no more of that");
      pair.carrier.resetAndDestroy();
      pair.stream.write(Buffer.from("more"));
      pair.stream.write(Buffer.from("and more"));
      expect(await here.closed.promise).toBeInstanceOf(ConnectionResetError);
      expect(here.text).toBe("begun, no more of that");
      expect(here.drains).toBe(0);
    },
  );

  it("keeps what was decrypted when reading stopped, in order, and the end behind it", async () => {
    await using pair = await tlsPair();
    const there = record(pair.stream);
    there.more = false;
    // Several records in one read; the handler wants one.
    const text = Buffer.from(Array.from({ length: 12_000 }, (_, index) => `${index} `).join(""));
    pair.client.end(text);
    pair.stream.end();
    await there.received(1);
    while (there.text.length < text.length) {
      const { length } = there.text;
      expect(pair.server.readableEnded).toBe(false);
      pair.stream.resume();
      await there.received(length + 1);
    }
    there.more = true;
    pair.stream.resume();
    await there.ended.promise;
    expect(there.text === String(text)).toBe(true);
    expect(await there.closed.promise).toBeUndefined();
  });

  it("holds little for a peer that sends much to a handler that does not read", async () => {
    await using pair = await tlsPair();
    const there = record(pair.stream);
    there.more = false;
    const sent = Buffer.alloc(32_000_000, "x");
    pair.client.end(sent);
    await there.received(1);
    // The kernel holds what it can; then nothing moves any more.
    let bytesRead = -1;
    while (bytesRead !== pair.server.bytesRead) {
      bytesRead = pair.server.bytesRead;
      for (let turn = 0; turn < 100; turn += 1) await nextTurn();
    }
    expect(pair.server.readableLength).toBeLessThan(128 * 1024);
    there.more = true;
    pair.stream.resume();
    await there.ended.promise;
    expect(there.text.length).toBe(sent.length);
  });
});
