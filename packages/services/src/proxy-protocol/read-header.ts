import type { Cancellation } from "@monolake/service-async";
import {
  type ByteStream,
  deadlineIn,
  type Expiring,
  formatAddress,
  type StreamHandler,
  unwatchDeadline,
  watchDeadline,
} from "@monolake/streams";
import { ProxyHeaderInvalidError, ProxyHeaderTimeoutError } from "./errors.ts";
import { type ParsedProxyHeader, parseProxyHeader } from "./parse-header.ts";

/** What came of a connection's first bytes. */
export type HeaderOutcome =
  | Extract<ParsedProxyHeader, { readonly type: "header" | "absent" }>
  /** It ended before its first byte, as health checks do; it is closed. */
  | { readonly type: "closed" };

/** What bounds the reading of a header. */
export interface ReadHeaderOptions {
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly cancellation: Cancellation | undefined;
}

interface Settle {
  readonly resolve: (outcome: HeaderOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/** What is put together from several reads begins with this much memory. */
const firstBytes = 256;

/**
 * Reads the PROXY header that a connection may begin with, and no byte more: what follows is put back. A connection that fails
 * is destroyed.
 */
export class HeaderReading implements StreamHandler, Expiring {
  deadlineMs = Number.POSITIVE_INFINITY;
  watchedAt = -1;
  readonly #stream: ByteStream;
  readonly #options: ReadHeaderOptions;
  readonly #settle: Settle;
  #memory: Buffer = Buffer.alloc(0);
  #length = 0;
  #isOver = false;

  constructor(stream: ByteStream, options: ReadHeaderOptions, settle: Settle) {
    this.#stream = stream;
    this.#options = options;
    this.#settle = settle;
  }

  start(): void {
    this.deadlineMs = deadlineIn(this.#options.timeoutMs);
    watchDeadline(this);
    this.#options.cancellation?.addListener(this);
    if (!this.#isOver) this.#stream.attach(this);
  }

  /** Nobody waits for a connection that has sent nothing yet. */
  drain(): void {
    if (this.#length === 0) this.#close();
  }

  onData(chunk: Buffer): boolean {
    this.#keep(chunk);
    const bytes = this.#memory.subarray(0, this.#length);
    const parsed = parseProxyHeader(bytes, this.#options.maxBytes);
    switch (parsed.type) {
      case "undecided":
      case "incomplete":
        return true;
      case "absent":
        this.#stream.unread(bytes);
        this.#finish(parsed);
        return false;
      case "header":
        this.#stream.unread(bytes.subarray(parsed.lengthBytes));
        this.#finish(parsed);
        return false;
      case "invalid":
        this.#fail(this.#invalid(parsed.problem));
        return false;
      default: {
        const never: never = parsed;
        throw new TypeError(`unknown outcome ${JSON.stringify(never)}`);
      }
    }
  }

  onEnd(): void {
    if (this.#isOver) return;
    if (this.#length === 0) return this.#close();
    const bytes = this.#memory.subarray(0, this.#length);
    if (parseProxyHeader(bytes).type !== "undecided") return this.#fail(this.#brokenOff());
    this.#stream.unread(bytes);
    this.#finish({ type: "absent" });
  }

  onDrain(): void {}

  onClose(error: Error | undefined): void {
    if (this.#length === 0) this.#close();
    else this.#fail(error ?? this.#brokenOff());
  }

  onDeadline(): void {
    const { timeoutMs } = this.#options;
    this.#fail(
      new ProxyHeaderTimeoutError({ address: this.#address(), timeoutMs, receivedBytes: this.#length }),
    );
  }

  /** For the cancellation. */
  cancel(reason: unknown): void {
    this.#fail(reason);
  }

  #keep(chunk: Buffer): void {
    const needed = this.#length + chunk.length;
    if (needed > this.#memory.length) {
      // Twice as much each time, so that a header that comes byte by byte is not copied for every byte.
      const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#memory.length, firstBytes));
      this.#memory.copy(larger, 0, 0, this.#length);
      this.#memory = larger;
    }
    chunk.copy(this.#memory, this.#length);
    this.#length = needed;
  }

  #brokenOff(): Error {
    return this.#invalid(`the connection ended after ${this.#length} bytes of it`);
  }

  #invalid(problem: string): Error {
    return new ProxyHeaderInvalidError({ address: this.#address(), problem });
  }

  #address(): string {
    return formatAddress(this.#stream.remoteAddress);
  }

  #close(): void {
    if (this.#isOver) return;
    this.#stream.destroy();
    this.#finish({ type: "closed" });
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    this.#end();
    this.#stream.destroy(error instanceof Error ? error : undefined);
    this.#settle.reject(error);
  }

  #finish(outcome: HeaderOutcome): void {
    this.#end();
    this.#settle.resolve(outcome);
  }

  #end(): void {
    this.#isOver = true;
    unwatchDeadline(this);
    this.#options.cancellation?.removeListener(this);
  }
}
