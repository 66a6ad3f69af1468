/** Small messages are put together here, so that each, or several, are one write. One for all connections of a thread. */
export const writeBufferBytes = 64 * 1024;
let buffer = Buffer.allocUnsafeSlow(writeBufferBytes);
let held = false;
/** Views of the buffer from its start, by length: small messages have few lengths, and a new view costs more than a look. */
const longestKeptView = 4 * 1024;
const noViews = (): (Buffer | undefined)[] => new Array(longestKeptView + 1).fill(undefined);
let views = noViews();

/** Bytes up to this many are copied into a write buffer, behind what is there; more are handed to the system beside it. */
export const copiedBytes = 16 * 1024;

/**
 * A buffer with room for `bytes`, good until the next call: up to {@link writeBufferBytes} without a new allocation. Whoever writes
 * from it and is not rid of the bytes at once calls {@link writeBufferInUse}.
 */
export const writeBuffer = (bytes: number): Buffer =>
  bytes <= writeBufferBytes && !held ? buffer : Buffer.allocUnsafeSlow(bytes);

/** What is in the buffer waits for more, which may write other messages: they get buffers of their own. */
export function holdWriteBuffer(used: Buffer): void {
  if (used === buffer) held = true;
}

/** What {@link holdWriteBuffer} was called for is about to be written. */
export function releaseWriteBuffer(used: Buffer): void {
  if (used === buffer) held = false;
}

/** The kernel has not taken everything yet: the buffer belongs to that write, the next message gets another one. */
export function writeBufferInUse(used: Buffer): void {
  if (used !== buffer) return;
  buffer = Buffer.allocUnsafeSlow(writeBufferBytes);
  views = noViews();
}

/** The first `bytes` of a write buffer. */
export function writtenPart(used: Buffer, bytes: number): Buffer {
  if (used !== buffer || bytes > longestKeptView) return used.subarray(0, bytes);
  let view = views[bytes];
  if (view === undefined) {
    view = used.subarray(0, bytes);
    views[bytes] = view;
  }
  return view;
}
