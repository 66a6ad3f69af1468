import { allocateReadMemory, type ReadMemory } from "./read-memory.ts";

/** Large enough for the usual response in one read, small enough to stay in the processor's cache. */
const sharedBytes = 64 * 1024;

/**
 * Where the streams of this thread read to, so that a parser of WebAssembly can look at it where it is; undefined where there is no
 * WebAssembly. The bytes before {@link readMemoryStart} are the parser's.
 */
export const readMemory: ReadMemory | undefined = allocateReadMemory();
/** Where the read buffer begins in {@link readMemory}; behind its end is as much that nobody uses. */
export const readMemoryStart: number = sharedBytes;

/** What every stream of this thread reads into, unless it has a buffer of its own: chunks are handled one after another. */
export const sharedReadBuffer: Buffer =
  readMemory === undefined
    ? Buffer.allocUnsafeSlow(sharedBytes)
    : Buffer.from(readMemory.buffer, readMemoryStart, sharedBytes);

/** Length of what was read last, if it is in {@link readMemory}; a number, which costs no more to keep than that. */
let inReadMemoryBytes = -1;

/** Puts bytes where a stream would have read them. */
export function putIntoReadMemory(source: Buffer, start = 0, end: number = source.length): Buffer {
  source.copy(sharedReadBuffer, 0, start, end);
  return readView(sharedReadBuffer, end - start);
}

/** Whether these bytes are a chunk that stands at {@link readMemoryStart} now. */
export const isInReadMemory = (chunk: Buffer): boolean =>
  chunk.length === inReadMemoryBytes && (views[inReadMemoryBytes] ?? longView) === chunk;

/**
 * With more slow peers than this, reads are short: what is read for a peer that does not take it has to be kept, and there may
 * be any number of such peers.
 */
const maxSlowPeers = 64;
const shortReadBytes = 4 * 1024;
const shortReadBuffer: Buffer = sharedReadBuffer.subarray(0, shortReadBytes);
let slowPeers = 0;

/** Where streams without a buffer of their own read to now. */
export function commonReadBuffer(): Buffer {
  return slowPeers > maxSlowPeers ? shortReadBuffer : sharedReadBuffer;
}

/** Few enough that long reads do no harm. */
export const fewPeersAreSlow = (): boolean => slowPeers <= maxSlowPeers;

/** A peer does not take what is written to it. */
export function peerBecameSlow(): void {
  slowPeers += 1;
}

/** It has taken everything, or is gone. */
export function peerCaughtUp(): void {
  slowPeers -= 1;
}

/** Views of the shared buffer from its start, by length: small messages have few lengths, and a new view costs more than a look. */
const views: (Buffer | undefined)[] = new Array(4096).fill(undefined);
/** The last one that was longer. */
let longView: Buffer | undefined;

/** What a read of `bytes` put into `buffer`. */
export function readView(buffer: Buffer, bytes: number): Buffer {
  inReadMemoryBytes = -1;
  if (buffer !== sharedReadBuffer) return buffer.subarray(0, bytes);
  inReadMemoryBytes = bytes;
  if (bytes >= views.length) {
    longView = buffer.subarray(0, bytes);
    return longView;
  }
  let view = views[bytes];
  if (view === undefined) {
    view = buffer.subarray(0, bytes);
    views[bytes] = view;
  }
  return view;
}

/** A read takes as much as fits: with this much, a response of 64 KiB comes with its head in one. */
const longReadBytes = 128 * 1024;
/** At most 64 MiB a thread: beyond that, streams read into the shared buffer and what must be kept is copied. */
const maxTaken = 512;
const maxSpare = 64;
const spare: Buffer[] = [];
let taken = 0;

/** What long content is read into. */
export const allocateLongBuffer = (): Buffer => Buffer.allocUnsafeSlow(longReadBytes);

/** A buffer for one stream alone, or undefined when there are enough. Comes back by {@link returnReadBuffer}. */
export function takeReadBuffer(): Buffer | undefined {
  if (taken === maxTaken || !fewPeersAreSlow()) return undefined;
  taken += 1;
  return spare.pop() ?? allocateLongBuffer();
}

/** Counts the buffer that streams shared as one that a stream has alone from now on; false when there are enough of those. It comes back by {@link returnReadBuffer}. */
export function takeOverReadBuffer(): boolean {
  if (taken === maxTaken) return false;
  taken += 1;
  return true;
}

/** Takes back a buffer that nothing refers to any more; a few are kept for the next streams. */
export function returnReadBuffer(buffer: Buffer): void {
  taken -= 1;
  if (spare.length < maxSpare) spare.push(buffer);
}

/** A stream is gone while its buffer may still be in use by a write elsewhere: the buffer is left to the garbage collector. */
export function abandonReadBuffer(): void {
  taken -= 1;
}
