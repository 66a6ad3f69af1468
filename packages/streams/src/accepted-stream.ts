import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { SocketAddress } from "./address.ts";
import type { ByteStream } from "./byte-stream.ts";
import { readDirectly } from "./direct-read.ts";
import { commonReadBuffer, readView } from "./read-buffer.ts";
import { type SocketFacts, SocketStream } from "./socket-stream.ts";
import { StreamHolder } from "./stream-holder.ts";
import { tlsDetailsOf } from "./tls-details.ts";

/** What Node keeps of an accepted socket beside its public face. */
interface SocketInternals {
  _handle: { readStart?: unknown; useUserBuffer?: unknown } | null;
  server: unknown;
  _server: unknown;
}

interface OnReadOptions {
  readonly handle: unknown;
  readonly manualStart: boolean;
  readonly allowHalfOpen: boolean;
  readonly onread: {
    readonly buffer: () => Buffer | undefined;
    readonly callback: (bytes: number, buffer: Buffer) => boolean;
  };
}

/**
 * The byte stream of a socket that a `net.Server` accepted with `pauseOnConnect` and `allowHalfOpen`; the socket
 * belongs to the stream from now on.
 *
 * Node offers `onread` (reading into a buffer of ours: 10 to 15 % of a proxy's throughput) for dialled sockets only, so
 * the handle moves into a socket that is made with it. `server` and `_server` go along, or the server would count the
 * connection for ever and never close. Where a Node version does not show the handle, 'data' events serve.
 */
export function acceptedStream(socket: Socket): ByteStream {
  const holder = new StreamHolder();
  const adopted = moveHandle(socket, readingInto(holder));
  if (adopted === undefined) return dataStream(socket);
  const facts: SocketFacts = {
    ...addressesOf(adopted),
    freshChunks: false,
    tls: undefined,
    opened: "accepted",
  };
  const stream = new SocketStream(adopted, facts, holder);
  readDirectly(adopted, stream);
  return stream;
}

/**
 * Moves the handle of a connected socket, which is good for nothing afterwards, into another one that reads by `onread`;
 * undefined where this version of Node does not show the handle, or its kind has none of this.
 */
export function moveHandle(socket: Socket, onread: OnReadOptions["onread"]): Socket | undefined {
  const internals = socket as unknown as SocketInternals;
  if ("encrypted" in socket || typeof internals._handle?.useUserBuffer !== "function") return undefined;
  const options: OnReadOptions = {
    handle: internals._handle,
    manualStart: true,
    allowHalfOpen: true,
    onread,
  };
  const adopted = new Socket(options as unknown as ConstructorParameters<typeof Socket>[0]);
  const adoptedInternals = adopted as unknown as SocketInternals;
  adoptedInternals.server = internals.server;
  adoptedInternals._server = internals._server;
  internals.server = null;
  internals._server = null;
  internals._handle = null;
  return adopted;
}

/** The `onread` option for a socket whose stream is made right after it. */
export function readingInto(holder: StreamHolder): OnReadOptions["onread"] {
  return {
    // Node asks once while the socket is made, before there is a stream, and then after every read.
    buffer: () => (holder.stream === undefined ? commonReadBuffer() : holder.stream.nextBuffer()),
    callback: (bytes, buffer) => holder.stream?.received(readView(buffer, bytes)) ?? false,
  };
}

/**
 * The byte stream of any connected socket that emits 'data': a TLS socket whose handshake is over, or where `onread` is not
 * possible.
 */
export function dataStream(socket: Socket): ByteStream {
  const facts: SocketFacts = { ...addressesOf(socket), freshChunks: true, tls: tlsDetailsOf(socket) };
  const holder = new StreamHolder();
  const stream = new SocketStream(socket, facts, holder);
  socket.pause();
  readByEvents(socket, holder);
  return stream;
}

/** Has a socket that is paused give its 'data' to the stream of `holder`. */
export function readByEvents(socket: Duplex, holder: StreamHolder): void {
  socket.on("data", (chunk: Buffer) => {
    if (holder.stream?.received(chunk) !== true) socket.pause();
  });
}

/** Both addresses of a connected socket. */
export function addressesOf(socket: Socket): Pick<SocketFacts, "localAddress" | "remoteAddress"> {
  const { localAddress, localPort = 0, remoteAddress = "", remotePort } = socket;
  if (localAddress === undefined) return { localAddress: unnamed, remoteAddress: unnamed };
  return {
    localAddress: { type: "socket", host: localAddress, port: localPort },
    remoteAddress:
      remotePort === undefined ? goneAddress : { type: "socket", host: remoteAddress, port: remotePort },
  };
}

/**
 * Of a TCP peer that broke the connection off before it was accepted: the system does not tell its address any more, but delivers
 * what it sent. Nobody has this one, so nobody takes it for a peer that is trusted by its address, or for one on a unix socket.
 */
const goneAddress: SocketAddress = { type: "socket", host: "0.0.0.0", port: 0 };

const unnamed: SocketAddress = { type: "unix", path: "" };
