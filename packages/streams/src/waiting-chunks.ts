import { putIntoReadMemory } from "./read-buffer.ts";

/** Whose chunks may wait. */
export interface WaitingStream {
  /** Its chunk has waited long enough; it lies where every read lies, or in memory that nobody else uses. */
  chunkDue(chunk: Buffer): void;
}

/** Which chunk waits: for {@link takeBack}. A number, which costs no more to keep than that. */
export type WaitingTicket = number;
/** None. */
export const noTicket: WaitingTicket = -1;

/** Longer ones are no heads of requests: to copy them costs more than waiting saves. */
const longestBytes = 4 * 1024;
/** For the heads that a thousand clients send at once. */
const memoryBytes = 512 * 1024;

/**
 * Chunks in the order in which they came, one behind the other in memory of their own, which begins anew when all are given out: the few
 * that wait as a rule never leave the processor's cache.
 */
class Queue {
  /** In the tickets of its chunks. */
  readonly #mark: 0 | 1;
  /** Of every chunk; undefined when it does not wait any more. */
  readonly #streams: (WaitingStream | undefined)[] = [];
  /** Where each begins, and behind the last one where the next will. */
  readonly #starts: number[] = [0];
  #count = 0;
  #next = 0;
  /** Made when the first chunk has to wait. */
  #memory: Buffer | undefined = undefined;

  constructor(mark: 0 | 1) {
    this.#mark = mark;
  }

  get isEmpty(): boolean {
    return this.#next === this.#count;
  }

  hasRoomFor(bytes: number): boolean {
    return (this.#starts[this.#count] as number) + bytes <= memoryBytes;
  }

  add(stream: WaitingStream, chunk: Buffer): WaitingTicket {
    this.#memory ??= Buffer.allocUnsafeSlow(memoryBytes);
    const at = this.#count;
    const start = this.#starts[at] as number;
    this.#memory.set(chunk, start);
    this.#streams[at] = stream;
    this.#starts[at + 1] = start + chunk.length;
    this.#count = at + 1;
    return 2 * at + this.#mark;
  }

  /** Gives the next one that still waits to its stream, in memory of its own or where reads lie. False when there is none. */
  giveNext(ownMemory: boolean): boolean {
    while (this.#next < this.#count) {
      const at = this.#next;
      this.#next += 1;
      const stream = this.#streams[at];
      if (stream === undefined) continue;
      this.#streams[at] = undefined;
      stream.chunkDue(ownMemory ? this.copyOf(at) : this.#inReadMemory(at));
      return true;
    }
    return false;
  }

  /** All that it had is given out. */
  clear(): void {
    this.#count = 0;
    this.#next = 0;
  }

  forget(at: number): void {
    this.#streams[at] = undefined;
  }

  copyOf(at: number): Buffer {
    return Buffer.from((this.#memory as Buffer).subarray(this.#starts[at], this.#starts[at + 1]));
  }

  #inReadMemory(at: number): Buffer {
    return putIntoReadMemory(this.#memory as Buffer, this.#starts[at], this.#starts[at + 1]);
  }
}

const queues = [new Queue(0), new Queue(1)] as const;
/** Those that came last, and those whose turn it is. */
let arrived: Queue = queues[0];
let due: Queue = queues[1];

/** Keeps a chunk until its turn comes; {@link noTicket} when it has to be handled now: it is long, or there is no room. */
export function letWait(stream: WaitingStream, chunk: Buffer): WaitingTicket {
  if (chunk.length > longestBytes || !arrived.hasRoomFor(chunk.length)) return noTicket;
  return arrived.add(stream, chunk);
}

/** A copy of a chunk, which does not wait any more. */
export function takeBack(ticket: WaitingTicket): Buffer {
  const queue = queues[(ticket & 1) as 0 | 1];
  queue.forget(ticket >> 1);
  return queue.copyOf(ticket >> 1);
}

/** Gives so many streams what has waited longest. True when there are more. */
export function giveOut(most: number): boolean {
  for (let left = most; left > 0; left -= 1) if (!giveNext(false)) return false;
  return !due.isEmpty || !arrived.isEmpty;
}

/**
 * Gives every stream what waits: before something is judged late, or idle, that may only wait for its turn here. Each chunk in
 * memory of its own, so that this may be called whatever is being read.
 */
export function giveOutWaiting(): void {
  // What is read while they are handled is none of them.
  while (giveNext(true));
}

function giveNext(ownMemory: boolean): boolean {
  if (due.giveNext(ownMemory)) return true;
  due.clear();
  [due, arrived] = [arrived, due];
  return due.giveNext(ownMemory);
}
