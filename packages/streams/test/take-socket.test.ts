import { once } from "node:events";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { connect as connectTls, createServer as createTlsServer, TLSSocket } from "node:tls";
import { createCertificate, deferred } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { type ByteStream, takeSocket, tlsStream } from "../src/index.ts";
import { acceptingServer, type PairKind, streamPair } from "./echo-peers.ts";
import { record } from "./recording-handler.ts";

const { certificate: cert, key } = createCertificate({ names: ["localhost"] });

/** Reads one byte, puts everything back, and takes the socket inside `onData`. */
function takeInsideOnData(stream: ByteStream): Promise<Duplex> {
  const taken = deferred<Duplex>();
  stream.attach({
    onData(chunk) {
      stream.unread(Buffer.from(chunk));
      taken.resolve(takeSocket(stream));
      return false;
    },
    onEnd() {},
    onDrain() {},
    onClose() {
      taken.reject(new Error("told of a stream that was given up"));
    },
  });
  return taken.promise;
}

const kinds: readonly PairKind[] = ["tcp", "unix", "data", "tls"];

describe.each(kinds)("the socket taken from a stream over %s", (kind) => {
  it("gives what was put back and then what comes, and writes", async () => {
    await using pair = await streamPair(kind);
    const here = record(pair.dialled);
    pair.dialled.write(Buffer.from("first "));
    const socket = await takeInsideOnData(pair.accepted);
    expect(pair.accepted.closed).toBe(true);
    socket.write("answer");
    await here.received(6);
    pair.dialled.write(Buffer.from("second"));
    pair.dialled.end();
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk)).resume();
    await once(socket, "end");
    expect(Buffer.concat(chunks).toString()).toBe("first second");
    socket.end();
    await here.ended.promise;
  });

  it("slows the writer down while nobody reads", async () => {
    await using pair = await streamPair(kind);
    const big = Buffer.alloc(16 * 1024 * 1024, "x");
    const here = record(pair.dialled);
    pair.dialled.write(Buffer.from("!"));
    const socket = await takeInsideOnData(pair.accepted);
    expect(pair.dialled.write(big)).toBe(false);
    expect(socket.readableLength).toBeLessThan(1024 * 1024);
    let bytes = 0;
    socket.on("data", (chunk: Buffer) => (bytes += chunk.length)).resume();
    await here.drained.promise;
    pair.dialled.end();
    await once(socket, "end");
    expect(bytes).toBe(1 + big.length);
    socket.destroy();
  });
});

describe("the socket taken from a stream", () => {
  it("ends with an error that nobody has to hear when the peer resets", async () => {
    await using pair = await streamPair();
    pair.dialled.write(Buffer.from("!"));
    const socket = await takeInsideOnData(pair.accepted);
    const closed = deferred<void>();
    socket.on("close", () => closed.resolve()).resume();
    pair.dialled.destroy(new Error("enough"));
    await closed.promise;
    expect(socket.errored).toMatchObject({ code: "ECONNRESET" });
  });
});

describe("a stream that was given up", () => {
  it.each(kinds)("still ends its connection when it is destroyed, over %s", async (kind) => {
    await using pair = await streamPair(kind);
    const here = record(pair.dialled);
    pair.dialled.write(Buffer.from("!"));
    const socket = await takeInsideOnData(pair.accepted);
    pair.accepted.destroy(new Error("no longer wanted"));
    expect(socket.destroyed).toBe(true);
    await here.ended.promise;
  });
});

describe("a stream whose peer has ended", () => {
  it("gives a stream that tells what was put back, the end, and takes an answer", async () => {
    await using pair = await streamPair();
    const there = record(pair.accepted);
    there.more = false;
    const here = record(pair.dialled);
    pair.dialled.write(Buffer.from("last words"));
    pair.dialled.end();
    await there.received(10);
    there.more = true;
    pair.accepted.resume();
    await there.ended.promise;
    pair.accepted.unread(Buffer.from("last words"));
    const duplex = takeSocket(pair.accepted);
    const chunks: Buffer[] = [];
    duplex.on("data", (chunk: Buffer) => chunks.push(chunk));
    await once(duplex, "end");
    expect(String(Buffer.concat(chunks))).toBe("last words");
    const answer = Buffer.alloc(8 * 1024 * 1024, "a");
    duplex.end(answer);
    await here.ended.promise;
    expect(Buffer.concat(here.chunks).equals(answer)).toBe(true);
  });
});

describe("a stream that is gone", () => {
  it("gives one that is closed", async () => {
    await using pair = await streamPair();
    pair.accepted.destroy();
    const duplex = takeSocket(pair.accepted);
    await once(duplex, "close");
    expect(duplex.destroyed).toBe(true);
  });
});

describe("TLS over a socket that was taken", () => {
  it("shakes hands with a ClientHello that was read before, whole or in part", async () => {
    for (const bytesBefore of [1, 100, Number.POSITIVE_INFINITY]) {
      await using accepting = await acceptingServer();
      const client = connectTls({
        port: accepting.port,
        host: "127.0.0.1",
        ca: cert,
        servername: "localhost",
      });
      const established = once(client, "secureConnect");
      const socket = await takeAfter(await accepting.accepted, bytesBefore);
      const server = createTlsServer({ cert, key, ALPNProtocols: ["http/1.1"] });
      const secure = once(server, "secureConnection");
      server.emit("connection", socket);
      const [secured] = (await secure) as [TLSSocket];
      await established;
      const secureStream = tlsStream(secured);
      expect(secureStream.tls).toMatchObject({
        protocol: "TLSv1.3",
        cipher: "TLS_AES_256_GCM_SHA384",
        serverName: "localhost",
        alpnProtocol: undefined,
        resumed: false,
        peerCertificate: undefined,
      });
      const there = record(secureStream);
      client.end("over TLS");
      await there.ended.promise;
      expect(there.text).toBe("over TLS");
      secureStream.end();
      await once(client.resume(), "close");
    }
  });

  it("tells the certificate that a client showed", async () => {
    await using accepting = await acceptingServer();
    const own = createCertificate({ subject: "client 7", names: ["client"] });
    connectTls({
      port: accepting.port,
      host: "127.0.0.1",
      ca: cert,
      servername: "localhost",
      cert: own.certificate,
      key: own.key,
    });
    const socket = takeSocket(await accepting.accepted);
    const server = createTlsServer({ cert, key, requestCert: true, rejectUnauthorized: false });
    const secure = once(server, "secureConnection");
    server.emit("connection", socket);
    const [secured] = (await secure) as [TLSSocket];
    const { peerCertificate } = tlsStream(secured).tls ?? {};
    expect(peerCertificate).toMatchObject({
      subject: "CN=client 7",
      issuer: "CN=client 7",
      authorized: false,
      authorizationError: "DEPTH_ZERO_SELF_SIGNED_CERT",
    });
    expect(peerCertificate?.pem).toBe(own.certificate);
    expect(peerCertificate?.validTo.getTime()).toBeGreaterThan(Date.now());
    secured.destroy();
  });
});

describe("HTTP/2 over a socket that was taken", () => {
  it.each(["cleartext", "TLS"])(
    "answers a request whose preface was read before, over %s",
    async (carrier) => {
      const http2 = createHttp2Server((_request, response) => response.end("over HTTP/2"));
      await using accepting = await acceptingServer();
      const plain = connect({ port: accepting.port, host: "127.0.0.1" });
      const secured = deferred<ByteStream>();
      const socket =
        carrier === "TLS"
          ? connectTls({ socket: plain, ca: cert, servername: "localhost", ALPNProtocols: ["h2"] })
          : plain;
      if (carrier === "TLS") {
        const tls = createTlsServer({ cert, key, ALPNProtocols: ["h2"] }, (accepted) =>
          secured.resolve(tlsStream(accepted)),
        );
        tls.emit("connection", takeSocket(await accepting.accepted));
      } else secured.resolve(await accepting.accepted);
      const session = connectHttp2("http://localhost", { createConnection: () => socket });
      const request = session.request({ ":path": "/" });
      const taken = await takeAfter(await secured.promise, 10);
      expect(taken instanceof TLSSocket).toBe(carrier === "TLS");
      http2.emit("connection", taken);
      expect(String(await request.toArray())).toBe("over HTTP/2");
      const closed = once(taken, "close");
      session.close();
      await closed;
    },
  );
});

/** Reads at least so many bytes, puts them back, and takes the socket. */
async function takeAfter(stream: ByteStream, bytes: number): Promise<Socket> {
  const there = record(stream);
  there.more = false;
  await there.received(Number.isFinite(bytes) ? bytes : 1);
  stream.unread(Buffer.concat(there.chunks));
  return takeSocket(stream) as Socket;
}
