import type { FrameWriter } from "./frame-writer.ts";
import { initialWindowBytes, largestWindowBytes, windowFault } from "./frames.ts";
import type { Http2Stream } from "./http2-stream.ts";

/** Who may send content next: the window of the connection (RFC 9113 section 5.2), and streams that wait for it or for their own. */
export class SendQueue {
  /** How much may be sent on all streams together. */
  window: number = initialWindowBytes;
  readonly #writer: FrameWriter;
  /** The first has waited longest. */
  readonly #waiting = new Set<Http2Stream>();

  constructor(writer: FrameWriter) {
    this.#writer = writer;
  }

  /** It has something to send that it may not send yet. */
  add(stream: Http2Stream): void {
    this.#waiting.add(stream);
  }

  delete(stream: Http2Stream): void {
    this.#waiting.delete(stream);
  }

  /** The peer takes more. Throws a {@link ConnectionFault} where that is more than there can be. */
  widen(bytes: number): void {
    this.window += bytes;
    if (this.window > largestWindowBytes) throw windowFault();
  }

  /** A frame of each in turn, as long as there is room. */
  send(): void {
    let moved = true;
    while (moved && this.#waiting.size > 0 && !this.#writer.congested && this.window > 0) {
      moved = false;
      for (const stream of [...this.#waiting]) if (this.sendOf(stream, true)) moved = true;
    }
  }

  /** Whether anything was sent; `once`: one frame at most. */
  sendOf(stream: Http2Stream, once: boolean): boolean {
    if (!this.#waiting.has(stream)) return false;
    const sent = stream.sendWaiting(once);
    if (sent === "nothing") return false;
    if (sent === "all") this.#waiting.delete(stream);
    stream.listener?.sent(sent === "all");
    return true;
  }
}
