import type { Socket } from "node:net";

/** Where a test listens or connects: TCP or a unix socket. */
export type TestAddress = { readonly host: string; readonly port: number } | { readonly path: string };

/** What ends a wait: a text, a pattern, or a question about everything that is unread (latin1: one character a byte). */
export type ReadTarget = string | RegExp | ((unread: string) => boolean);

/** How long a read waits. */
export interface ReadOptions {
  /** Default 10,000. */
  readonly timeoutMs?: number;
}

/** How a connection ended. `error` is there when it did not end in peace, for instance with ECONNRESET. */
export interface ConnectionEnd {
  readonly error: Error | undefined;
}

/** A read that cannot succeed any more: the time is over, or the peer is gone. The message shows what was read so far. */
export class RawReadError extends Error {
  override readonly name = "RawReadError";
  /** Why: `"timeout"`, `"ended"` (the peer sent FIN) or `"closed"` (the connection is gone). */
  readonly reason: "timeout" | "ended" | "closed";

  constructor(reason: "timeout" | "ended" | "closed", message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

const shown = (bytes: Buffer): string => {
  const text = JSON.stringify(bytes.toString("latin1", 0, 1000));
  return bytes.length > 1000 ? `${text}… (${bytes.length} bytes)` : text;
};

const endOf = (target: ReadTarget, unread: string): number | undefined => {
  if (typeof target === "function") return target(unread) ? unread.length : undefined;
  if (typeof target === "string") {
    const at = unread.indexOf(target);
    return at === -1 ? undefined : at + target.length;
  }
  const match = new RegExp(target.source, target.flags.replace(/[gy]/g, "")).exec(unread);
  return match === null ? undefined : match.index + match[0].length;
};

/** One end of a socket, for tests that speak bytes: what arrives is kept until it is read, and every wait has an end. */
export class RawConnection implements AsyncDisposable {
  /** The socket itself, for what this class does not offer. */
  readonly socket: Socket;
  /** Settles when the connection is gone, whatever the reason; never rejects. */
  readonly closed: Promise<ConnectionEnd>;
  #unread: Buffer = Buffer.alloc(0);
  #receivedBytes = 0;
  #ended = false;
  #end: ConnectionEnd | undefined;
  #error: Error | undefined;
  readonly #waiting = new Set<() => void>();

  constructor(socket: Socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => {
      socket.once("close", () => {
        this.#end = { error: this.#error };
        this.#changed();
        resolve(this.#end);
      });
    });
    socket.on("error", (error) => {
      this.#error = error;
    });
    socket.on("data", (chunk: Buffer) => {
      this.#unread = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
      this.#receivedBytes += chunk.length;
      this.#changed();
    });
    socket.once("end", () => {
      this.#ended = true;
      this.#changed();
    });
  }

  /** All bytes that arrived so far, read or not. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** What arrived and was not read yet (latin1); nothing is consumed. */
  get unread(): string {
    return this.#unread.toString("latin1");
  }

  /**
   * Sends bytes (text is latin1). The promise settles when the kernel has taken them, so do not wait for it when the
   * peer does not read; its rejection is never reported as unhandled.
   */
  write(data: Uint8Array | string): Promise<void> {
    const sent = new Promise<void>((resolve, reject) => {
      const done = (error?: Error | null) => (error ? reject(error) : resolve());
      if (typeof data === "string") this.socket.write(data, "latin1", done);
      else this.socket.write(data, done);
    });
    sent.catch(() => {});
    return sent;
  }

  /** Consumes and gives (latin1) everything up to the end of the first match; a function that says yes takes all. */
  readUntil(target: ReadTarget, options?: ReadOptions): Promise<string> {
    return this.#read(`for ${typeof target === "function" ? "its condition" : target}`, options, () => {
      const length = endOf(target, this.unread);
      return length === undefined ? undefined : this.#take(length).toString("latin1");
    });
  }

  /** Consumes and gives exactly `lengthBytes` bytes. */
  readExactly(lengthBytes: number, options?: ReadOptions): Promise<Buffer> {
    return this.#read(`for ${lengthBytes} bytes`, options, () =>
      this.#unread.length >= lengthBytes ? this.#take(lengthBytes) : undefined,
    );
  }

  /** Consumes and gives (latin1) everything until the peer's FIN; fails when the connection broke instead. */
  readToEnd(options?: ReadOptions): Promise<string> {
    return this.#read("for the end", options, () =>
      this.#ended ? this.#take(this.#unread.length).toString("latin1") : undefined,
    );
  }

  /** Stops reading from the kernel: the peer feels backpressure. */
  pause(): void {
    this.socket.pause();
  }

  /** Reads again after {@link RawConnection.pause}. */
  resume(): void {
    this.socket.resume();
  }

  /** Sends FIN after everything written; reading goes on. */
  end(): void {
    this.socket.end();
  }

  /** Breaks the connection with RST (a unix socket knows none and is just closed). */
  reset(): void {
    const isTcp = this.socket.remoteFamily !== undefined;
    if (isTcp) this.socket.resetAndDestroy();
    else this.socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    await this.closed;
  }

  #take(lengthBytes: number): Buffer {
    const taken = this.#unread.subarray(0, lengthBytes);
    this.#unread = this.#unread.subarray(lengthBytes);
    return taken;
  }

  #changed(): void {
    for (const check of [...this.#waiting]) check();
  }

  #read<Value>(
    what: string,
    options: ReadOptions | undefined,
    attempt: () => Value | undefined,
  ): Promise<Value> {
    const timeoutMs = options?.timeoutMs ?? 10_000;
    return new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        this.#waiting.delete(check);
      };
      const fail = (reason: RawReadError["reason"], how: string) => {
        stop();
        const message = `${how} while waiting ${what}; unread so far: ${shown(this.#unread)}`;
        reject(new RawReadError(reason, message, this.#error && { cause: this.#error }));
      };
      const check = () => {
        const value = attempt();
        if (value !== undefined) {
          stop();
          resolve(value);
        } else if (this.#end !== undefined) {
          fail("closed", `the connection closed (${this.#error?.message ?? "no error"})`);
        } else if (this.#ended) fail("ended", "the peer ended the connection");
      };
      const timer = setTimeout(() => fail("timeout", `nothing more within ${timeoutMs} ms`), timeoutMs);
      this.#waiting.add(check);
      check();
    });
  }
}
