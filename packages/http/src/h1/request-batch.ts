import { atTurnEnd, type ByteStream, type TurnEndTask } from "@monolake/streams";

const bufferBytes = 64 * 1024;

/** The requests that are sent on a connection in one turn of the event loop: one write for all of them. */
export class RequestBatch implements TurnEndTask {
  /** The kernel has not taken everything yet: nothing should be added until it has. */
  blocked = false;
  /** Requests that are not written yet. */
  size = 0;
  readonly #stream: ByteStream;
  readonly #written: (pending: boolean) => void;
  #buffer: Buffer | undefined = undefined;
  #bytes = 0;
  #atTurnEnd = false;

  /** `written` hears of every write, and when the kernel has taken what was `pending` of it. */
  constructor(stream: ByteStream, written: (pending: boolean) => void) {
    this.#stream = stream;
    this.#written = written;
  }

  /** Adds a copy of the first `bytes` of `head`. */
  add(head: Buffer, bytes: number): void {
    if (this.#bytes + bytes > bufferBytes) this.flush();
    if (bytes > bufferBytes) return this.#write(Buffer.from(head.subarray(0, bytes)));
    if (!this.#atTurnEnd) atTurnEnd(this);
    this.#atTurnEnd = true;
    this.size += 1;
    this.#buffer ??= Buffer.allocUnsafeSlow(bufferBytes);
    this.#bytes += head.copy(this.#buffer, this.#bytes, 0, bytes);
  }

  turnEnded(): void {
    this.#atTurnEnd = false;
    this.flush();
  }

  /** Writes what was added. */
  flush(): void {
    if (this.#bytes === 0 || this.#buffer === undefined) return;
    const part = this.#buffer.subarray(0, this.#bytes);
    this.#bytes = 0;
    this.size = 0;
    this.#write(part);
  }

  /** The stream's `onDrain`. */
  drained(): void {
    if (!this.blocked) return;
    this.blocked = false;
    this.#written(false);
  }

  #write(part: Buffer): void {
    if (this.#stream.closed) return;
    this.blocked = !this.#stream.write(part);
    // The bytes belong to that write until it is done.
    if (this.blocked) this.#buffer = undefined;
    this.#written(this.blocked);
  }
}
