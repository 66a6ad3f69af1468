import type { ByteStream, SocketAddress, StreamHandler, TlsDetails } from "@monolake/streams";

const address: SocketAddress = { type: "socket", host: "127.0.0.1", port: 1 };

const agreed: TlsDetails = {
  protocol: "TLSv1.3",
  cipher: "TLS_AES_128_GCM_SHA256",
  alpnProtocol: "h2",
  serverName: undefined,
  resumed: false,
  truncated: false,
  peerCertificate: undefined,
};

/** A byte stream without a network: what is fed is read, what is written is kept. */
export class MemoryStream implements ByteStream {
  readonly localAddress = address;
  readonly remoteAddress = address;
  /** Both sides have agreed on HTTP/2. */
  readonly tls = agreed;
  closed = false;
  ended = false;
  pendingBytes = 0;
  ownBuffer = false;
  readonly ownsChunk = false;
  /** What was written so far. */
  readonly written: Buffer[] = [];
  writtenBytes = 0;
  /** While true, nothing that is written counts as taken. */
  blocked = false;
  /** The own side was ended. */
  endWritten = false;
  #handler: StreamHandler | undefined = undefined;
  #paused = false;
  #fed: Buffer[] = [];
  readonly #shared = Buffer.alloc(64 * 1024);

  get queuedBytes(): number {
    return this.pendingBytes;
  }

  /** Bytes that were fed and are not read, as reading is stopped. */
  get unreadBytes(): number {
    return this.#fed.reduce((sum, { length }) => sum + length, 0);
  }

  attach(handler: StreamHandler): void {
    this.#handler = handler;
    this.#deliver();
  }

  /** Bytes of the peer. They are read in memory that is read over, as it is with sockets. */
  feed(bytes: Buffer): void {
    if (this.closed) return;
    this.#fed.push(bytes);
    this.#deliver();
  }

  /** The peer sends nothing more. */
  feedEnd(): void {
    if (this.closed || this.ended) return;
    this.ended = true;
    this.#handler?.onEnd();
  }

  /** The peer has taken everything. */
  drain(): void {
    this.blocked = false;
    if (this.pendingBytes === 0 || this.closed) return;
    this.pendingBytes = 0;
    this.#handler?.onDrain();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#deliver();
  }

  unread(bytes: Buffer): void {
    this.#fed.unshift(bytes);
  }

  write(bytes: Buffer): boolean {
    if (this.closed) return true;
    this.written.push(Buffer.from(bytes));
    this.writtenBytes += bytes.length;
    if (this.blocked) this.pendingBytes += bytes.length;
    return !this.blocked;
  }

  writev(buffers: readonly Buffer[]): boolean {
    return this.write(Buffer.concat(buffers));
  }

  end(): void {
    this.endWritten = true;
  }

  destroy(error?: Error): void {
    if (this.closed) return;
    this.closed = true;
    this.#fed = [];
    queueMicrotask(() => this.#handler?.onClose(error));
  }

  #deliver(): void {
    while (!this.#paused && !this.closed && this.#handler !== undefined) {
      const bytes = this.#fed.shift();
      if (bytes === undefined) return;
      bytes.copy(this.#shared);
      this.#paused = !this.#handler.onData(this.#shared.subarray(0, bytes.length));
      this.#shared.fill(0xee, 0, bytes.length);
    }
  }
}
