import type { ByteStream, SocketAddress, StreamHandler, TlsDetails } from "@monolake/streams";

/**
 * A stream whose end was read already, together with the bytes before it: whoever attaches gets both. All that is left
 * to do by the stream itself is writing and closing.
 */
export class EndedStream implements ByteStream, StreamHandler {
  readonly localAddress: SocketAddress;
  readonly remoteAddress: SocketAddress;
  readonly tls: TlsDetails | undefined;
  readonly ended = true;
  readonly ownsChunk = false;
  ownBuffer = false;
  readonly #stream: ByteStream;
  #bytes: Buffer | undefined;
  #handler: StreamHandler | undefined = undefined;
  #delivering = false;
  #endDelivered = false;

  constructor(stream: ByteStream, bytes: Buffer) {
    this.#stream = stream;
    this.localAddress = stream.localAddress;
    this.remoteAddress = stream.remoteAddress;
    this.tls = stream.tls;
    this.#bytes = bytes.length === 0 ? undefined : bytes;
  }

  get closed(): boolean {
    return this.#stream.closed;
  }

  get pendingBytes(): number {
    return this.#stream.pendingBytes;
  }

  get queuedBytes(): number {
    return this.#stream.queuedBytes;
  }

  attach(handler: StreamHandler): void {
    if (handler !== this.#handler) this.#endDelivered = false;
    this.#handler = handler;
    this.resume();
    this.#stream.attach(this);
  }

  // Everything is delivered inside `resume`, so that outside of it there is nothing to stop.
  pause(): void {}

  resume(): void {
    if (this.#delivering) return;
    while (this.#bytes !== undefined && this.#handler !== undefined && !this.closed) {
      const bytes = this.#bytes;
      this.#bytes = undefined;
      this.#delivering = true;
      const more = this.#handler.onData(bytes);
      this.#delivering = false;
      if (!more) return;
    }
    if (this.#endDelivered || this.closed) return;
    this.#endDelivered = true;
    this.#handler?.onEnd();
  }

  unread(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#bytes = this.#bytes === undefined ? bytes : Buffer.concat([bytes, this.#bytes]);
  }

  write(bytes: Buffer): boolean {
    return this.#stream.write(bytes);
  }

  writev(buffers: readonly Buffer[]): boolean {
    return this.#stream.writev(buffers);
  }

  end(): void {
    this.#stream.end();
  }

  destroy(error?: Error): void {
    this.#stream.destroy(error);
  }

  onData(): boolean {
    return false;
  }

  onEnd(): void {}

  onDrain(): void {
    this.#handler?.onDrain();
  }

  onClose(error: Error | undefined): void {
    this.#handler?.onClose(error);
  }
}
