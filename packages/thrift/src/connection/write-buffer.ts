/** Small messages are put together here, so that they are one write. One for all connections of a thread. */
const bufferBytes = 64 * 1024;
let buffer = Buffer.allocUnsafeSlow(bufferBytes);

/** A message, or several, up to this size are copied into one write; a larger one is handed to the system beside its head. */
export const copiedBytes = 16 * 1024;

/** A buffer with room for `bytes`, good until the next call. Whoever writes from it and is not rid of the bytes at once calls {@link writeBufferInUse}. */
export const writeBuffer = (bytes: number): Buffer =>
  bytes <= bufferBytes ? buffer : Buffer.allocUnsafeSlow(bytes);

/** The kernel has not taken everything yet: the buffer belongs to that write, the next one gets another. */
export function writeBufferInUse(used: Buffer): void {
  if (used === buffer) buffer = Buffer.allocUnsafeSlow(bufferBytes);
}

/** The most that {@link writeBuffer} gives without a new allocation. */
export const sharedBufferBytes = bufferBytes;
