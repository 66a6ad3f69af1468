import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { readByEvents } from "./accepted-stream.ts";
import type { ByteStream } from "./byte-stream.ts";
import { type SocketFacts, SocketStream } from "./socket-stream.ts";
import { StreamHolder } from "./stream-holder.ts";

/** What {@link duplexStream} cannot find out by itself. */
export interface DuplexStreamOptions extends Pick<SocketFacts, "localAddress" | "remoteAddress"> {
  /** Breaks it off, so that its peer does not take what it got for all there was. */
  readonly reset: () => void;
}

/** The byte stream of any duplex of Node.js that gives each chunk memory of its own, such as a stream of HTTP/2. It belongs to it. */
export function duplexStream(duplex: Duplex, options: DuplexStreamOptions): ByteStream {
  // What a socket has beyond a duplex is asked for only where it is there.
  const facts: SocketFacts = { ...options, freshChunks: true, tls: undefined };
  const holder = new StreamHolder();
  const stream = new SocketStream(duplex as Socket, facts, holder);
  duplex.pause();
  readByEvents(duplex, holder);
  return stream;
}
