import { putIntoReadMemory } from "./read-buffer.ts";

/** Whose chunks may wait. */
export interface WaitingStream {
  /** Its chunk has waited long enough; it lies where every read lies, or in memory that nobody else uses. */
  chunkDue(chunk: Buffer): void;
}

/** A chunk in the memory of those that wait. */
export class WaitingChunk {
  /** Undefined when it does not wait any more. */
  stream: WaitingStream | undefined;
  readonly start: number;
  readonly bytes: number;

  constructor(stream: WaitingStream, start: number, bytes: number) {
    this.stream = stream;
    this.start = start;
    this.bytes = bytes;
  }
}

/** Longer ones are no heads of requests: to copy them costs more than waiting saves. */
const longestBytes = 4 * 1024;
/** For the heads that a thousand clients send at once. */
const memoryBytes = 512 * 1024;
/** Written in a circle, in the order in which they wait; made when the first one has to. */
let memory: Buffer | undefined;
let writeAt = 0;
/** Those that came last, and those whose turn it is. */
let arrived: WaitingChunk[] = [];
let due: WaitingChunk[] = [];
let nextDue = 0;
let usedBytes = 0;

/** Keeps a chunk until its turn comes; undefined when it has to be handled now: it is long, or there is no room. */
export function letWait(stream: WaitingStream, chunk: Buffer): WaitingChunk | undefined {
  const bytes = chunk.length;
  // The circle may have a gap at its end, shorter than the longest.
  if (bytes > longestBytes || usedBytes + bytes > memoryBytes - longestBytes) return undefined;
  memory ??= Buffer.allocUnsafeSlow(memoryBytes);
  if (writeAt + bytes > memoryBytes) writeAt = 0;
  memory.set(chunk, writeAt);
  const waiting = new WaitingChunk(stream, writeAt, bytes);
  arrived.push(waiting);
  writeAt += bytes;
  usedBytes += bytes;
  return waiting;
}

/** A copy of a chunk, which does not wait any more. */
export function takeBack(waiting: WaitingChunk): Buffer {
  waiting.stream = undefined;
  return Buffer.from((memory as Buffer).subarray(waiting.start, waiting.start + waiting.bytes));
}

/** Gives so many streams what has waited longest. True when there are more. */
export function giveOut(most: number): boolean {
  for (let left = most; left > 0; ) {
    const waiting = nextWaiting();
    if (waiting === undefined) return false;
    usedBytes -= waiting.bytes;
    const { stream, start, bytes } = waiting;
    if (stream === undefined) continue;
    left -= 1;
    stream.chunkDue(putIntoReadMemory(memory as Buffer, start, start + bytes));
  }
  return nextDue < due.length || arrived.length > 0;
}

/**
 * Gives every stream what waits: before something is judged late, or idle, that may only wait for its turn here. Each chunk in
 * memory of its own, so that this may be called whatever is being read.
 */
export function giveOutWaiting(): void {
  // What is read while they are handled is none of them.
  for (let waiting = nextWaiting(); waiting !== undefined; waiting = nextWaiting()) {
    usedBytes -= waiting.bytes;
    waiting.stream?.chunkDue(takeBack(waiting));
  }
}

function nextWaiting(): WaitingChunk | undefined {
  if (nextDue === due.length) {
    due.length = 0;
    [due, arrived] = [arrived, due];
    nextDue = 0;
  }
  const next = due[nextDue];
  if (next !== undefined) nextDue += 1;
  return next;
}
