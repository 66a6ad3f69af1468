import type { SocketStream } from "./socket-stream.ts";

/**
 * How a socket of Node reaches the stream over it: empty before there is one, and when the socket is closed.
 *
 * What refers to a stream from its socket has to go through here, and must not be a function made where the stream is at hand, since such
 * a function keeps it. Node 26 makes a function for each socket that V8 puts among its old objects at once (as it does with every
 * function literal that is assigned to a property). So all that a closed socket refers to stays in memory until all memory is looked
 * through: a flood of short connections made a worker grow by 7 KiB for each.
 */
export class StreamHolder {
  stream: SocketStream | undefined = undefined;
}
