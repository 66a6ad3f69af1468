import type { Cancellation } from "@monolake/service-async";
import {
  type ByteStream,
  deadlineIn,
  type Expiring,
  type StreamHandler,
  unwatchDeadline,
  watchDeadline,
} from "@monolake/streams";
import { DetectEndedError, DetectTimeoutError } from "../errors.ts";
import type { Detection, Detector } from "./detector.ts";
import { EndedStream } from "./ended-stream.ts";

/** How long a detector may wait for the first bytes. */
export interface DetectOptions {
  /** In milliseconds, for all that the detector needs; 0 for no limit. Default 10,000. */
  readonly timeoutMs?: number;
}

/** What {@link runDetector} may be given. */
export interface RunDetectorOptions extends DetectOptions {
  /** Gives up when cancelled. */
  readonly cancellation?: Cancellation | undefined;
}

/** What a detector found out. */
export interface Detected<out Outcome> {
  readonly outcome: Outcome;
  /** To be used from now on in place of the stream that was looked at. Begins with all the bytes that were. */
  readonly stream: ByteStream;
}

/**
 * Reads from a stream until the detector has made up its mind; bytes are asked for no longer than that. When it fails
 * the stream is destroyed. Rejects with ERR_DETECT_TIMEOUT, ERR_DETECT_ENDED, the stream's error, what the detector
 * threw, or the reason of the cancellation.
 */
export function runDetector<Outcome>(
  stream: ByteStream,
  detector: Detector<Outcome>,
  options: RunDetectorOptions = {},
): Promise<Detected<Outcome>> {
  return new Promise((resolve, reject) => {
    new DetectorRun(stream, detector, { resolve, reject }).start(options);
  });
}

interface Settle<Outcome> {
  readonly resolve: (detected: Detected<Outcome>) => void;
  readonly reject: (error: unknown) => void;
}

const defaultTimeoutMs = 10_000;
const noBytes = Buffer.alloc(0);

class DetectorRun<Outcome> implements StreamHandler, Expiring {
  deadlineMs = Number.POSITIVE_INFINITY;
  watchedAt = -1;
  readonly #stream: ByteStream;
  readonly #detector: Detector<Outcome>;
  readonly #settle: Settle<Outcome>;
  #timeoutMs = defaultTimeoutMs;
  #cancellation: Cancellation | undefined = undefined;
  #bytes: Buffer = noBytes;
  #isOver = false;

  constructor(stream: ByteStream, detector: Detector<Outcome>, settle: Settle<Outcome>) {
    this.#stream = stream;
    this.#detector = detector;
    this.#settle = settle;
  }

  start(options: RunDetectorOptions): void {
    this.#timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
    this.#cancellation = options.cancellation;
    this.deadlineMs = deadlineIn(this.#timeoutMs);
    watchDeadline(this);
    this.#cancellation?.addListener(this);
    if (!this.#isOver) this.#stream.attach(this);
  }

  onData(chunk: Buffer): boolean {
    // What was read before is in memory of our own, and so is what is put together with it. A chunk is borrowed.
    const isBorrowed = this.#bytes.length === 0;
    const bytes = isBorrowed ? chunk : Buffer.concat([this.#bytes, chunk]);
    const detection = this.#inspect(bytes, false);
    if (detection === undefined) return false;
    this.#bytes = isBorrowed ? ownCopy(chunk) : bytes;
    if (detection.type === "more") return true;
    this.#stream.unread(this.#bytes);
    this.#detected(detection.outcome, this.#stream);
    return false;
  }

  onEnd(): void {
    if (this.#isOver) return;
    const detection = this.#inspect(this.#bytes, true);
    if (detection === undefined) return;
    if (detection.type === "more") return this.#fail(this.#endedError());
    this.#detected(detection.outcome, new EndedStream(this.#stream, this.#bytes));
  }

  onDrain(): void {}

  onClose(error: Error | undefined): void {
    this.#fail(error ?? this.#endedError());
  }

  onDeadline(): void {
    const receivedBytes = this.#bytes.length;
    this.#fail(new DetectTimeoutError({ timeoutMs: this.#timeoutMs, receivedBytes }));
  }

  /** For the cancellation. */
  cancel(reason: unknown): void {
    this.#fail(reason);
  }

  #inspect(bytes: Buffer, ended: boolean): Detection<Outcome> | undefined {
    try {
      return this.#detector.inspect(bytes, ended);
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  #endedError(): DetectEndedError {
    return new DetectEndedError({ receivedBytes: this.#bytes.length });
  }

  #detected(outcome: Outcome, stream: ByteStream): void {
    this.#finish();
    this.#settle.resolve({ outcome, stream });
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    this.#finish();
    this.#stream.destroy(error instanceof Error ? error : undefined);
    this.#settle.reject(error);
  }

  #finish(): void {
    this.#isOver = true;
    unwatchDeadline(this);
    this.#cancellation?.removeListener(this);
  }
}

/**
 * In memory of its own: a copy in the slab that all small buffers share would stay with whichever of those lives longest, for TLS as
 * long as the connection.
 */
function ownCopy(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}
