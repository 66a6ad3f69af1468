/** Heads and small bodies are put together here, so that a message is one write. One for all connections of a thread. */
const bufferBytes = 64 * 1024;
let buffer = Buffer.allocUnsafeSlow(bufferBytes);
let held = false;
/** Views of the buffer from its start, by length: small messages have few lengths, and a new view costs more than a look. */
const longestKeptView = 4 * 1024;
const noViews = (): (Buffer | undefined)[] => new Array(longestKeptView + 1).fill(undefined);
let views = noViews();

/** A body up to this size is copied behind its head; a larger one is handed to the system beside it. */
export const copiedBodyBytes = 16 * 1024;

/**
 * A buffer with room for `bytes` and a copied body behind them, good until the next call. Whoever writes from it and is not rid
 * of the bytes at once calls {@link writeBufferInUse}.
 */
export function writeBuffer(bytes: number): Buffer {
  const wanted = bytes + copiedBodyBytes;
  return wanted <= bufferBytes && !held ? buffer : Buffer.allocUnsafeSlow(wanted);
}

/** A head waits in the buffer while its body begins, which may write other messages: they get buffers of their own. */
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
  buffer = Buffer.allocUnsafeSlow(bufferBytes);
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
