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
  /** Whose windows were opened since the last read: of these streams, or the connection's or all. */
  readonly #opened = new Set<Http2Stream>();
  #allOpened = false;

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
    this.#allOpened = true;
  }

  /** The peer takes more on one stream. */
  opened(stream: Http2Stream): void {
    this.#opened.add(stream);
  }

  /** Or on all of them. */
  openedAll(): void {
    this.#allOpened = true;
  }

  /** What may be sent behind that: windows that were opened together make one frame, not one each. */
  sendOpened(): void {
    if (this.#allOpened) this.send();
    else for (const stream of this.#opened) this.sendOf(stream, false);
    this.#allOpened = false;
    this.#opened.clear();
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
