import type { ContentSink } from "./content.ts";

/** Memory of one size, used again and again while nobody keeps it. */
class SpareMemory {
  readonly bytes: number;
  #spare: Buffer | undefined = undefined;

  constructor(bytes: number) {
    this.bytes = bytes;
  }

  take(): Buffer {
    const memory = this.#spare ?? Buffer.allocUnsafeSlow(this.bytes);
    this.#spare = undefined;
    return memory;
  }

  give(memory: Buffer): void {
    this.#spare = memory;
  }
}

/** For what a read of streams gives: a short one, and any other. */
const short = new SpareMemory(4 * 1024);
const long = new SpareMemory(64 * 1024);

/**
 * Writes a copy of a chunk that may not be kept where it is, and says what the sink says: whether it was taken at once. That it
 * nearly always is, so the copy's memory serves again; a slow sink keeps it.
 */
export function writeCopy(chunk: Buffer, sink: Pick<ContentSink, "write">): boolean {
  const memory = chunk.length <= short.bytes ? short : long;
  if (chunk.length > memory.bytes) return sink.write(Buffer.from(chunk));
  const bytes = memory.take();
  const copy = bytes.subarray(0, chunk.length);
  copy.set(chunk);
  const taken = sink.write(copy);
  if (taken) memory.give(bytes);
  return taken;
}
