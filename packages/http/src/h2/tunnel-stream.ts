import { Duplex } from "node:stream";
import { type ByteStream, ConnectionResetError, duplexStream, formatAddress } from "@monolake/streams";
import { errorCodes } from "./frames.ts";
import type { Http2Stream, StreamListener } from "./http2-stream.ts";

type Done = (error?: Error | null) => void;

/** The bytes of a stream of HTTP/2 that has left HTTP (RFC 8441 section 5): it ends with END_STREAM, and breaks off with a reset. */
class Tunnel extends Duplex implements StreamListener {
  readonly #stream: Http2Stream;
  readonly #closed: () => void;
  #writing: Done | undefined = undefined;
  /** What nobody has read yet: the peer is not told that it may send as much again. */
  #unreadBytes = 0;

  constructor(stream: Http2Stream, closed: () => void) {
    super({ allowHalfOpen: true });
    this.#stream = stream;
    this.#closed = closed;
  }

  override _read(): void {
    const bytes = this.#unreadBytes;
    this.#unreadBytes = 0;
    if (bytes > 0) this.#stream.consumed(bytes);
  }

  override _write(chunk: Buffer, _encoding: string, done: Done): void {
    if (this.#stream.closed || this.#stream.send(chunk, false)) done();
    else this.#writing = done;
  }

  override _final(done: Done): void {
    if (this.#stream.end()) done();
    else this.#writing = done;
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#stream.reset(errorCodes.cancel);
    this._read();
    done(error);
  }

  fieldsReceived(): void {
    this.#stream.reset(errorCodes.protocolError);
  }

  dataReceived(chunk: Buffer): void {
    this.#unreadBytes += chunk.length;
    // A Readable keeps what it is given until somebody reads it.
    if (this.push(Buffer.from(chunk))) this._read();
  }

  endReceived(): void {
    this.push(null);
  }

  sent(all: boolean): void {
    const done = this.#writing;
    if (!all || done === undefined) return;
    this.#writing = undefined;
    done();
  }

  streamClosed(): void {
    const { brokenBy, errorCode } = this.#stream;
    this.#writing?.();
    // Who has no more to say may end both sides so (RFC 9113 section 8.1).
    if (brokenBy === "peer" && errorCode !== errorCodes.noError) this.emit("broken");
    else if (!this.#stream.endReceived) this.push(null);
    this.#closed();
  }
}

/** Makes bytes of a stream; `closed` is called when it is over, as its listener would hear it. */
export function tunnelStream(
  stream: Http2Stream,
  { localAddress, remoteAddress }: Pick<ByteStream, "localAddress" | "remoteAddress">,
  closed: () => void,
): ByteStream {
  const duplex = new Tunnel(stream, closed);
  stream.listener = duplex;
  const reset = (): void => stream.reset(errorCodes.cancel);
  const bytes = duplexStream(duplex, { localAddress, remoteAddress, reset });
  duplex.on("broken", () => {
    const address = formatAddress(remoteAddress);
    bytes.destroy(new ConnectionResetError({ address, systemCode: "RST_STREAM" }));
  });
  return bytes;
}
