import { allocateLongBuffer, fewPeersAreSlow, takeOverReadBuffer } from "./read-buffer.ts";

/** A stream that reads into the buffer for long bodies, with others. */
export interface LongReader {
  /** From now on it must read elsewhere. It may be handling a read: another stream is given up meanwhile. */
  leaveLongBuffer(): void;
}

/**
 * What streams with long bodies read into, all of them while each chunk is gone before the next read: the memory that one of them has
 * just used is in the processor's cache, where that of a buffer for each would not be. As soon as one of them stops reading, whose last
 * chunk may still be in use, the buffer is its own, and the others get other ones.
 */
let buffer: Buffer | undefined;
const readers = new Set<LongReader>();
/** Who has stopped reading and has it alone. */
let keeper: LongReader | undefined;

/** The buffer, for one more stream; undefined where there are enough buffers, and beside many slow peers. */
export function shareLongBuffer(reader: LongReader): Buffer | undefined {
  if (!fewPeersAreSlow() || (keeper !== undefined && !leaveToKeeper(keeper))) return undefined;
  readers.add(reader);
  buffer ??= allocateLongBuffer();
  return buffer;
}

/** Who may keep it for long, idle even, has it for good from now on, as one that was taken; the others begin another one. */
function leaveToKeeper(reader: LongReader): boolean {
  if (!takeOverReadBuffer()) return false;
  readers.delete(reader);
  keeper = undefined;
  buffer = undefined;
  return true;
}

/** `reader` stops reading: what it read last stays as it is until it reads again. */
export function keepLongBuffer(reader: LongReader): void {
  if (!readers.has(reader)) return;
  keeper = reader;
  if (readers.size === 1) return;
  for (const other of [...readers]) if (other !== reader) other.leaveLongBuffer();
}

/** `reader` has read again. */
export function longBufferRead(reader: LongReader): void {
  if (keeper === reader) keeper = undefined;
}

/** `reader` reads elsewhere from now on, or no more: what it has stopped at is left to whoever still writes it. False when it had another one. */
export function leaveLongBuffer(reader: LongReader): boolean {
  if (!readers.delete(reader)) return false;
  if (keeper === reader) {
    keeper = undefined;
    buffer = undefined;
  }
  return true;
}
