import { type MakeService, makeInnermost, type Service } from "@monolake/service-async";
import type { ByteStream, StreamHandler } from "@monolake/streams";

/** Sends back what comes, until the peer ends its side. A peer that does not read is not read from. */
export class TcpEcho implements Service<ByteStream, void> {
  call(stream: ByteStream): Promise<void> {
    return new Promise((resolve, reject) => new Echo(stream, resolve, reject).start());
  }
}

class Echo implements StreamHandler {
  readonly #stream: ByteStream;
  readonly #resolve: () => void;
  readonly #reject: (error: Error) => void;

  constructor(stream: ByteStream, resolve: () => void, reject: (error: Error) => void) {
    this.#stream = stream;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(): void {
    this.#stream.ownBuffer = true;
    this.#stream.attach(this);
  }

  onData(chunk: Buffer): boolean {
    // Only bytes of the own buffer may wait for a slow peer: all other streams read into the shared one.
    return this.#stream.write(this.#stream.ownsChunk ? chunk : Buffer.from(chunk));
  }

  onEnd(): void {
    this.#stream.end();
  }

  onDrain(): void {
    this.#stream.resume();
  }

  onClose(error: Error | undefined): void {
    if (error === undefined) this.#resolve();
    else this.#reject(error);
  }
}

/**
 * The factory of {@link TcpEcho}. Takes nothing from the configuration, which may name a `bufferBytes`: streams have
 * buffers of their own.
 */
export const tcpEcho = (_config?: unknown): MakeService<TcpEcho> =>
  makeInnermost(TcpEcho, () => new TcpEcho());
