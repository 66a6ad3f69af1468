import { Duplex } from "node:stream";
import { type ByteStream, ConnectionResetError, duplexStream, formatAddress } from "@monolake/streams";
import { errorCodes } from "./frames.ts";
import type { Http2Stream, StreamListener } from "./http2-stream.ts";

type Done = (error?: Error | null) => void;

const nothing = Buffer.alloc(0);
const leastKept = 4096;

/** The bytes of a stream of HTTP/2 that has left HTTP (RFC 8441 section 5): it ends with END_STREAM, and breaks off with a reset. */
class Tunnel extends Duplex implements StreamListener {
  readonly #stream: Http2Stream;
  readonly #closed: () => void;
  #writing: Done | undefined = undefined;
  /** What nobody has read yet: the peer is not told that it may send as much again. */
  #unreadBytes = 0;
  /** The part of it that waits here, in one piece: many small frames would cost a hundred times their bytes each in its own. */
  #kept: Buffer = nothing;
  #keptBytes = 0;
  /** Whoever reads has nothing left. */
  #asked = false;
  #ending = false;

  constructor(stream: Http2Stream, closed: () => void) {
    super({ allowHalfOpen: true, readableHighWaterMark: 1 });
    this.#stream = stream;
    this.#closed = closed;
  }

  override _read(): void {
    const bytes = this.#unreadBytes - this.#keptBytes;
    this.#unreadBytes = this.#keptBytes;
    if (bytes > 0) this.#stream.consumed(bytes);
    this.#asked = true;
    this.#give();
  }

  /** Gives what waits to whoever asked for more, and the end behind it. */
  #give(): void {
    if (this.#keptBytes > 0) {
      if (!this.#asked) return;
      this.#asked = false;
      const bytes = this.#kept.subarray(0, this.#keptBytes);
      this.#kept = nothing;
      this.#keptBytes = 0;
      this.push(bytes);
    }
    if (this.#ending) this.push(null);
  }

  #keep(chunk: Buffer): void {
    const bytes = this.#keptBytes + chunk.length;
    if (bytes > this.#kept.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(leastKept, bytes, 2 * this.#kept.length));
      larger.set(this.#kept.subarray(0, this.#keptBytes));
      this.#kept = larger;
    }
    this.#kept.set(chunk, this.#keptBytes);
    this.#keptBytes = bytes;
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
    if (this.#unreadBytes > 0) this.#stream.consumed(this.#unreadBytes);
    this.#unreadBytes = 0;
    this.#kept = nothing;
    this.#keptBytes = 0;
    done(error);
  }

  fieldsReceived(): void {
    this.#stream.reset(errorCodes.protocolError);
  }

  dataReceived(chunk: Buffer): void {
    this.#unreadBytes += chunk.length;
    if (!this.#asked) return this.#keep(chunk);
    this.#asked = false;
    this.push(Buffer.from(chunk));
  }

  endReceived(): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#give();
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
    else this.endReceived();
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
