import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { addressesOf, dataStream } from "./accepted-stream.ts";
import type { ByteStream } from "./byte-stream.ts";
import { CloseNotifyWatch } from "./close-notify.ts";
import { readView, sharedReadBuffer } from "./read-buffer.ts";
import { type SocketFacts, SocketStream } from "./socket-stream.ts";
import { StreamHolder } from "./stream-holder.ts";
import { tlsDetailsOf } from "./tls-details.ts";

/** Where Node keeps the buffer of `onread` and who hears of it. */
interface BufferKeys {
  readonly buffer: symbol;
  readonly callback: symbol;
}

/** A socket as far as its reading goes. */
interface SocketInternals {
  [key: symbol]: unknown;
  readonly _handle?: { readonly useUserBuffer?: (buffer: Buffer) => void } | null;
}

/**
 * The byte stream of a TLS socket whose handshake is over; the socket belongs to the stream from now on.
 *
 * `onread` is refused by `node:tls` for a socket over another one, but it is all there: decrypted bytes go into a buffer of ours and no
 * stream of Node sees them. What OpenSSL has decrypted when reading stops goes on to that stream, which keeps it in order, and the
 * end behind it. Where a version of Node does not show its internals, 'data' events serve.
 *
 * With `carrier`, the socket beneath, it counts as dialled, and `tls.truncated` tells of an end without close_notify.
 */
export function tlsStream(socket: Socket, carrier?: Duplex): ByteStream {
  const keys = bufferKeysOf(socket);
  if (keys === undefined) return dataStream(socket);
  const facts: SocketFacts = {
    ...addressesOf(socket),
    freshChunks: false,
    tls: tlsDetailsOf(socket),
    opened: carrier === undefined ? "accepted" : "dialled",
  };
  const holder = new StreamHolder();
  const stream = new SocketStream(socket, facts, holder);
  socket.pause();
  readByBuffer(socket, holder, { keys, closeNotify: CloseNotifyWatch.of(socket, carrier) });
  return stream;
}

function readByBuffer(
  socket: Socket,
  holder: StreamHolder,
  { keys, closeNotify }: { readonly keys: BufferKeys; readonly closeNotify: CloseNotifyWatch | undefined },
): void {
  const deliver = (chunk: Buffer): boolean => {
    const more = holder.stream?.received(chunk) === true;
    if (!more) socket.pause();
    return more;
  };
  socket.on("data", deliver);
  const internals = socket as unknown as SocketInternals;
  internals[keys.buffer] = sharedReadBuffer;
  internals[keys.callback] = (bytes: number): boolean => {
    const chunk = readView(sharedReadBuffer, bytes);
    closeNotify?.received();
    const { stream } = holder;
    if (stream?.reading && socket.readableLength === 0) return deliver(chunk);
    // Whoever has taken the socket reads it as any other.
    return socket.push(Buffer.from(chunk)) && stream?.closed !== false;
  };
  internals._handle?.useUserBuffer?.(sharedReadBuffer);
}

let known: BufferKeys | undefined;

/** Undefined where this version of Node keeps them in another way. */
function bufferKeysOf(socket: Socket): BufferKeys | undefined {
  const internals = socket as unknown as SocketInternals;
  known ??= findBufferKeys(socket);
  const usable =
    known !== undefined &&
    internals[known.buffer] === null &&
    internals[known.callback] === null &&
    typeof internals._handle?.useUserBuffer === "function";
  return usable ? known : undefined;
}

function findBufferKeys(socket: Socket): BufferKeys | undefined {
  const symbols = Object.getOwnPropertySymbols(socket);
  const [buffer, callback] = ["kBuffer", "kBufferCb"].map((name) =>
    symbols.find(({ description }) => description === name),
  );
  return buffer === undefined || callback === undefined ? undefined : { buffer, callback };
}
