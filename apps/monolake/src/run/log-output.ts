import { writeSync } from "node:fs";

const descriptor = 1;
const retryMs = 10;
/** How long a reader that does not keep up holds the proxy's main thread, before lines are lost. */
const patienceMs = 100;

/**
 * Where the log goes: standard output. A line that it does not take, because the disk is full or the reader has stopped or
 * gone, is lost, and the next one that it takes is preceded by how many were: the proxy serves and ends without its log.
 */
export class LogOutput {
  #lost = 0;
  /** The rest of the line that was lost last is missing. */
  #brokenOff = false;

  /** Nobody waits twice for the same reader: once a line was lost, the next ones are tried and no more. */
  write(line: string): void {
    const text = `${this.#brokenOff ? "\n" : ""}${this.#lost > 0 ? lossRecord(this.#lost) : ""}${line}`;
    const bytes = Buffer.from(text);
    const written = write(bytes, this.#lost > 0 ? 0 : patienceMs);
    if (written === bytes.length) {
      this.#lost = 0;
      this.#brokenOff = false;
    } else {
      this.#lost += 1;
      if (written > 0) this.#brokenOff = true;
    }
  }
}

const lossRecord = (lost: number): string =>
  `${JSON.stringify({ level: 40, time: new Date().toISOString(), lost, msg: "lines of this log could not be written" })}\n`;

/** Gives how many bytes were. */
function write(bytes: Buffer, waitMs: number): number {
  let at = 0;
  const deadlineMs = performance.now() + waitMs;
  while (at < bytes.length) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      // A pipe that does not block, and is full.
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN" || performance.now() >= deadlineMs) break;
      Atomics.wait(pause, 0, 0, retryMs);
    }
  }
  return at;
}

const pause = new Int32Array(new SharedArrayBuffer(4));
