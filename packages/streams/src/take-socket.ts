import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { moveHandle } from "./accepted-stream.ts";
import type { ByteStream } from "./byte-stream.ts";
import { commonReadBuffer, readView } from "./read-buffer.ts";
import { SocketStream } from "./socket-stream.ts";
import { StreamDuplex } from "./stream-duplex.ts";

/**
 * Gives up a byte stream for the Node stream beneath it, for what only takes those: `node:tls`. Bytes that were
 * put back come first. The stream counts as closed from then on, tells its handler nothing more and must not be used.
 *
 * The result is a `net.Socket` or a `TLSSocket`, so that native code can read it by its handle; where the stream has none, its
 * peer has ended or something written is still on its way, a `Duplex` that does the same more slowly. It may be paused, and
 * belongs to the caller, who listens to its errors: until then they are ignored. Destroying the stream still ends the
 * connection. Call it inside `onData`, too.
 */
export function takeSocket(stream: ByteStream): Duplex {
  const socket = stream instanceof SocketStream ? stream.release(readable) : undefined;
  return (socket ?? new StreamDuplex(stream)).on("error", ignore);
}

/** Bytes that are put back into a socket that reads by `onread` would never be read: another one takes its handle. */
function readable(socket: Socket): Socket {
  const moved = moveHandle(socket, {
    buffer: commonReadBuffer,
    callback: (bytes, buffer) => fresh.push(Buffer.from(readView(buffer, bytes))),
  });
  const fresh: Socket = moved ?? socket;
  if (moved === undefined) {
    socket.removeAllListeners("data");
    socket.pause();
  }
  return fresh;
}

const ignore = () => {};
