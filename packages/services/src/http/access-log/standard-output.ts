import { write } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import type { LogTarget } from "./log-target.ts";

const writeTo = promisify(write);
const descriptor = 1;
const lineEnd = 10;
/** What a pipe takes in one piece whoever else writes to it: PIPE_BUF of Linux. */
const atomicBytes = 4096;
const retryMs = 10;

/**
 * The standard output of the process, from any of its threads. Lines go out in pieces that a pipe takes whole, so that
 * neither other workers nor other logs end up between the halves of a line; only a longer line can be torn.
 */
export class StandardOutput implements LogTarget {
  readonly name = "stdout";

  open(): Promise<void> {
    return Promise.resolve();
  }

  async append(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; ) at += await writePiece(bytes, at, pieceEnd(bytes, at));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Where the last line ends that fits, or else the first one that does not. */
export function pieceEnd(bytes: Buffer, start: number): number {
  if (bytes.length - start <= atomicBytes) return bytes.length;
  const last = bytes.lastIndexOf(lineEnd, start + atomicBytes - 1);
  if (last >= start) return last + 1;
  const first = bytes.indexOf(lineEnd, start);
  return first === -1 ? bytes.length : first + 1;
}

async function writePiece(bytes: Buffer, start: number, end: number): Promise<number> {
  for (;;) {
    try {
      return (await writeTo(descriptor, bytes, start, end - start, null)).bytesWritten;
    } catch (error) {
      // A pipe that does not block, and is full.
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      await setTimeout(retryMs);
    }
  }
}
