import type { MonolakeError } from "@monolake/errors";
import { AccessLogDroppedError, AccessLogWriteError } from "./errors.ts";
import type { LogTarget } from "./log-target.ts";

/** How lines are gathered and written. */
export interface LogWriterOptions {
  /** How long a line may wait for others to be written with it. Default 1,000. */
  readonly flushMs?: number | undefined;
  /** Lines that come while this many bytes wait are dropped and counted. Default 8 MiB. */
  readonly maxPendingBytes?: number | undefined;
  /** Hears ERR_ACCESS_LOG_WRITE and ERR_ACCESS_LOG_DROPPED. */
  readonly onProblem?: ((problem: MonolakeError) => void) | undefined;
}

/** As many bytes of lines are written together, if they come within `flushMs`. */
const batchBytes = 64 * 1024;

/** Lines that are written together. */
interface Batch {
  readonly buffer: Buffer;
  bytes: number;
  lines: number;
}

/**
 * Gathers lines and writes them in batches, one after another. Whoever adds a line never waits, and memory is bounded: while
 * the target takes nothing, lines are dropped and counted.
 */
export class LogWriter implements AsyncDisposable {
  readonly target: LogTarget;
  #flushMs: number;
  #maxPendingBytes: number;
  #onProblem: (problem: MonolakeError) => void;
  #batch: Batch | undefined = undefined;
  /** A written batch, to be filled again. */
  #spare: Batch | undefined = undefined;
  #full: Batch[] = [];
  #pendingBytes = 0;
  #timer: NodeJS.Timeout | undefined = undefined;
  #writing: Promise<void> | undefined = undefined;
  #droppedLines = 0;
  #failing = false;
  #closed = false;

  constructor(target: LogTarget, options: LogWriterOptions = {}) {
    this.target = target;
    this.#flushMs = options.flushMs ?? 1000;
    this.#maxPendingBytes = options.maxPendingBytes ?? 8 * 1024 * 1024;
    this.#onProblem = options.onProblem ?? (() => {});
  }

  /** Options from now on; those that are left out get their defaults. */
  update(options: LogWriterOptions): void {
    this.#flushMs = options.flushMs ?? 1000;
    this.#maxPendingBytes = options.maxPendingBytes ?? 8 * 1024 * 1024;
    this.#onProblem = options.onProblem ?? (() => {});
  }

  /** Bytes of lines that are not written yet. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Adds a line with its end: a character for each byte. */
  write(line: string): void {
    const bytes = line.length;
    if (this.#closed || this.#pendingBytes + bytes > this.#maxPendingBytes) {
      this.#droppedLines += 1;
      return;
    }
    let batch = this.#batch;
    if (batch === undefined || batch.bytes + bytes > batch.buffer.length) batch = this.#nextBatch(bytes);
    batch.buffer.write(line, batch.bytes, bytes, "latin1");
    batch.bytes += bytes;
    batch.lines += 1;
    this.#pendingBytes += bytes;
  }

  /** Writes what has come so far; settles when that is done, and never rejects. */
  flush(): Promise<void> {
    if (this.#batch !== undefined && this.#batch.lines > 0) {
      this.#full.push(this.#batch);
      this.#batch = undefined;
    }
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#full.length === 0) return this.#writing ?? Promise.resolve();
    this.#writing ??= this.#writeFull();
    return this.#writing;
  }

  /** Writes what is left and closes the target. Lines that come later are lost. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    while (this.#pendingBytes > 0) await this.flush();
    this.#closed = true;
    this.#reportDropped();
    await this.target.close();
  }

  #nextBatch(bytes: number): Batch {
    if (this.#batch !== undefined) void this.flush();
    const spare = this.#spare;
    this.#spare = undefined;
    const fits = spare !== undefined && bytes <= spare.buffer.length;
    const batch = fits
      ? spare
      : { buffer: Buffer.allocUnsafeSlow(Math.max(batchBytes, bytes)), bytes: 0, lines: 0 };
    this.#batch = batch;
    // It keeps the process: the lines of the last second are worth one.
    this.#timer = setTimeout(this.#flushNow, this.#flushMs);
    return batch;
  }

  readonly #flushNow = (): void => void this.flush();

  async #writeFull(): Promise<void> {
    for (let batch = this.#full.shift(); batch !== undefined; batch = this.#full.shift()) {
      try {
        await this.target.append(batch.buffer.subarray(0, batch.bytes));
        this.#failing = false;
        this.#reportDropped();
      } catch (error) {
        this.#droppedLines += batch.lines;
        if (!this.#failing)
          this.#onProblem(new AccessLogWriteError({ target: this.target.name, cause: error }));
        this.#failing = true;
      }
      this.#pendingBytes -= batch.bytes;
      batch.bytes = 0;
      batch.lines = 0;
      if (batch.buffer.length === batchBytes) this.#spare = batch;
    }
    this.#writing = undefined;
  }

  #reportDropped(): void {
    const lines = this.#droppedLines;
    if (lines === 0) return;
    this.#droppedLines = 0;
    this.#onProblem(new AccessLogDroppedError({ target: this.target.name, lines }));
  }
}
