import { ConnectionFault, errorCodes, largestStreamId, protocolFault } from "./frames.ts";
import type { Http2Stream } from "./http2-stream.ts";

/** So many streams that a server broke off, on which a client may still send what it has on its way, are remembered at least. */
const leastBroken = 256;

/** The streams of a connection by their ids, and what is known of those that are not open (RFC 9113 section 5.1). */
export class StreamTable {
  /** The highest stream of the peer that came. */
  lastPeerId = 0;
  /** Streams of the peer above it are not taken. */
  lastTaken: number = largestStreamId;
  readonly #open = new Map<number, Http2Stream>();
  readonly #side: "server" | "client";
  #nextId: number;
  /** The peer has left these ids out: they were never open. */
  #leftOut: readonly [from: number, to: number] = [0, -1];
  readonly #brokenHere = new Set<number>();
  readonly #mostBroken: number;

  /** `maxPeerStreams` are open at a time; `nextId` is of the first stream of ours. */
  constructor(side: "server" | "client", maxPeerStreams: number, nextId = 1) {
    this.#side = side;
    this.#nextId = nextId;
    // Those that were open when the client began to hear of it, and those that it has opened in their places.
    this.#mostBroken = Math.max(leastBroken, 2 * maxPeerStreams);
  }

  get size(): number {
    return this.#open.size;
  }

  get(id: number): Http2Stream | undefined {
    return this.#open.get(id);
  }

  values(): Iterable<Http2Stream> {
    return this.#open.values();
  }

  add(stream: Http2Stream): void {
    this.#open.set(stream.id, stream);
  }

  /** `broken` here, so that what the peer sends until it hears of that means nothing. */
  delete(id: number, broken: boolean): void {
    this.#open.delete(id);
    if (!broken || this.#side === "client") return;
    this.#brokenHere.add(id);
    if (this.#brokenHere.size <= this.#mostBroken) return;
    for (const oldest of this.#brokenHere) {
      this.#brokenHere.delete(oldest);
      return;
    }
  }

  /** The id for a stream of ours; undefined when there are no more. */
  takeId(): number | undefined {
    const id = this.#nextId;
    if (id > largestStreamId) return undefined;
    this.#nextId += 2;
    return id;
  }

  /** {@link takeId} has no more. */
  get exhausted(): boolean {
    return this.#nextId > largestStreamId;
  }

  /** Whether HEADERS with this id open a stream of the peer; if so, it counts as opened. */
  opens(id: number): boolean {
    if (this.#side === "client" || id <= this.lastPeerId || id % 2 === 0) return false;
    if (id > this.lastPeerId + 2) this.#leftOut = [this.lastPeerId + 2, id - 2];
    this.lastPeerId = id;
    return true;
  }

  /** The stream, or undefined where nobody needs what comes on it. Throws where the peer cannot mean it. */
  known(id: number, what: string): Http2Stream | undefined {
    const stream = this.#open.get(id);
    if (stream !== undefined || this.#brokenHere.has(id)) return stream;
    const [from, to] = this.#leftOut;
    if (id === 0 || this.isIdle(id) || (id >= from && id <= to))
      throw protocolFault(`${what} of a stream that is not open`);
    // Any number of requests may have been cancelled while a server answers them, and others share its connection.
    if (id > this.lastTaken || this.#side === "client") return undefined;
    throw new ConnectionFault(errorCodes.streamClosed, `${what} of a stream that is closed`);
  }

  /** It was never opened. */
  isIdle(id: number): boolean {
    const isOurs = (id % 2 === 1) === (this.#side === "client");
    return isOurs ? this.#side === "server" || id >= this.#nextId : id > this.lastPeerId;
  }
}
