import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { ByteStream } from "./byte-stream.ts";
import { type SocketFacts, SocketStream } from "./socket-stream.ts";

/** What {@link duplexStream} cannot find out by itself. */
export interface DuplexStreamOptions extends Pick<SocketFacts, "localAddress" | "remoteAddress"> {
  /** Breaks it off, so that its peer does not take what it got for all there was. */
  readonly reset: () => void;
}

/** The byte stream of any duplex of Node.js that gives each chunk memory of its own, such as a stream of HTTP/2. It belongs to it. */
export function duplexStream(duplex: Duplex, options: DuplexStreamOptions): ByteStream {
  // What a socket has beyond a duplex is asked for only where it is there.
  const stream = new SocketStream(duplex as Socket, { ...options, freshChunks: true, tls: undefined });
  duplex.pause();
  duplex.on("data", (chunk: Buffer) => {
    if (!stream.received(chunk)) duplex.pause();
  });
  return stream;
}
