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

  write(line: string): void {
    if (this.#lost > 0 && !written(lossRecord(this.#lost), 0)) {
      this.#lost += 1;
      return;
    }
    this.#lost = written(line, patienceMs) ? 0 : 1;
  }
}

const lossRecord = (lost: number): string =>
  `${JSON.stringify({ level: 40, time: new Date().toISOString(), lost, msg: "lines of this log could not be written" })}\n`;

function written(line: string, waitMs: number): boolean {
  let rest = Buffer.from(line);
  const deadlineMs = performance.now() + waitMs;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      // A pipe that does not block, and is full.
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN" || performance.now() > deadlineMs) return false;
      Atomics.wait(pause, 0, 0, retryMs);
    }
  }
  return true;
}

const pause = new Int32Array(new SharedArrayBuffer(4));
