import { ConnectionFault, errorCodes } from "./frames.ts";

/**
 * What the peer may have on its way here on all streams (RFC 9113 section 5.2). It opens when content has come: what nobody takes is bounded
 * by the windows of its streams, and must not stop the others.
 */
export class ReceiveWindow {
  readonly #bytes: number;
  #left: number;

  constructor(bytes: number) {
    this.#bytes = bytes;
    this.#left = bytes;
  }

  /** Content has come. How much more the peer is to be told that it may send; 0 while it has enough. */
  received(bytes: number): number {
    this.#left -= bytes;
    if (this.#left < 0)
      throw new ConnectionFault(errorCodes.flowControlError, "more content than the connection's window");
    const more = this.#bytes - this.#left;
    if (more * 2 < this.#bytes) return 0;
    this.#left = this.#bytes;
    return more;
  }
}
