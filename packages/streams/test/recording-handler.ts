import { deferred } from "@monolake/test-kit";
import type { ByteStream, StreamHandler } from "../src/index.ts";

/** Keeps what a stream tells, and lets a test wait for it. */
export class RecordingHandler implements StreamHandler {
  readonly chunks: Buffer[] = [];
  readonly ended = deferred<void>();
  readonly closed = deferred<Error | undefined>();
  readonly drained = deferred<void>();
  drains = 0;
  /** What onData answers. */
  more = true;
  #wanted: { bytes: number; reached: () => void } | undefined = undefined;

  get text(): string {
    return Buffer.concat(this.chunks).toString("latin1");
  }

  /** Resolves when at least `bytes` have arrived. */
  received(bytes: number): Promise<void> {
    return new Promise((reached) => {
      this.#wanted = { bytes, reached };
      this.#look();
    });
  }

  onData(chunk: Buffer): boolean {
    this.chunks.push(Buffer.from(chunk));
    this.#look();
    return this.more;
  }

  onEnd(): void {
    this.ended.resolve();
  }

  onDrain(): void {
    this.drains += 1;
    this.drained.resolve();
  }

  onClose(error: Error | undefined): void {
    this.closed.resolve(error);
  }

  #look(): void {
    const arrived = this.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    if (this.#wanted !== undefined && arrived >= this.#wanted.bytes) this.#wanted.reached();
  }
}

/** Attaches a recording handler. */
export function record(stream: ByteStream): RecordingHandler {
  const handler = new RecordingHandler();
  stream.attach(handler);
  return handler;
}
