import { ThriftMessageError } from "../errors.ts";
import { IncomingPayload, type PayloadSource } from "../message/incoming-payload.ts";
import { atStart, type MessagePlace, type ThriftMessage } from "../message/thrift-message.ts";
import { fixedBytes } from "../ttheader/layout.ts";
import { type DetectedTransport, detectTransport } from "../wire/detect-transport.ts";
import { int32At, uint16At } from "../wire/integers.ts";
import type { ResolvedThriftLimits } from "../wire/limits.ts";
import { maxMessageHeadBytes } from "../wire/message-head.ts";
import { HeadFinder } from "./head-finder.ts";
import { PendingBytes } from "./pending-bytes.ts";
import { UnframedWalk } from "./unframed-walk.ts";

/** A message up to this size is gathered before anybody hears of it; a larger one is announced by its head. */
const defaultGatherBytes = 64 * 1024;

/** What is kept of a message that comes in parts has room for this much at first. */
const leastPendingBytes = 1024;

const nothing = Buffer.alloc(0);

/**
 * Finds messages in what a connection reads, whatever their transport, which the first bytes tell. Small ones are given out
 * whole, in memory of their own; of large ones the head is given out, and the payload follows as it comes.
 */
export class MessageReader {
  readonly #source: PayloadSource;
  readonly #limits: ResolvedThriftLimits;
  readonly #gatherBytes: number;
  #transport: DetectedTransport | undefined;
  #finder: HeadFinder | undefined = undefined;
  #walk: UnframedWalk | undefined = undefined;
  /** What is being read, from `#at` on. */
  #bytes: Buffer = nothing;
  #at = 0;
  /** The bytes are a copy of this reader's, which messages may lie in. */
  #owned = true;
  /** The bytes stay as they are while the stream is not read: enough for payloads that are passed on. */
  #kept = true;
  #pending: PendingBytes | undefined = undefined;
  /** A large payload that is coming. */
  #payload: IncomingPayload | undefined = undefined;
  /** What is left of it; -1 where only the walk will tell. */
  #payloadLeft = 0;

  constructor(
    source: PayloadSource,
    limits: ResolvedThriftLimits,
    options: { readonly transport?: DetectedTransport; readonly gatherBytes?: number } = {},
  ) {
    this.#source = source;
    this.#limits = limits;
    this.#gatherBytes = options.gatherBytes ?? defaultGatherBytes;
    this.#transport = options.transport;
  }

  /** The payload that is coming, if any. */
  get payload(): IncomingPayload | undefined {
    return this.#payload;
  }

  /** Between two messages. */
  get atBoundary(): boolean {
    return this.#payload === undefined && this.#pending === undefined;
  }

  /** Not everything that was fed is read. */
  get hasMore(): boolean {
    return this.#at < this.#bytes.length;
  }

  /** Takes a chunk, when there is nothing more of the one before. `kept`: its memory stays as it is while the stream is not read. */
  feed(chunk: Buffer, kept: boolean): void {
    this.#bytes = chunk;
    this.#at = 0;
    this.#owned = false;
    this.#kept = kept;
  }

  /** Makes what is not read yet independent of the stream, to be read later. */
  retain(): void {
    this.#own();
  }

  /**
   * Reads on, at most to the end of one message, and gives it out; undefined where there is none yet. To be called while there
   * is {@link hasMore}. Throws ERR_THRIFT_TRANSPORT, ERR_THRIFT_MESSAGE, ERR_THRIFT_TOO_LARGE and ERR_THRIFT_PAYLOAD; then
   * nothing more can be read.
   */
  next(): ThriftMessage | undefined {
    const message = this.#step();
    if (!this.hasMore) this.#release();
    return message;
  }

  /** The head of the message that is not complete, or could not be read, with an empty payload: for an answer to it. */
  peek(): ThriftMessage | undefined {
    const bytes = this.#pending?.bytes ?? this.#bytes.subarray(this.#at);
    const longest = fixedBytes + this.#limits.maxHeaderBytes + maxMessageHeadBytes;
    try {
      this.#transport ??= detectTransport(bytes, 0, bytes.length);
      if (this.#transport === undefined) return undefined;
      const copy = Buffer.from(bytes.subarray(0, Math.min(longest, framedBytes(this.#transport, bytes))));
      const finder = new HeadFinder(this.#transport, this.#limits);
      const place = finder.find(copy, 0, copy.length);
      return place === undefined ? undefined : finder.messageAt({ ...place, end: place.payloadStart });
    } catch {
      return undefined;
    }
  }

  /** The connection is over: what was announced will not be complete. */
  break(error: Error): void {
    const payload = this.#payload;
    this.#payload = undefined;
    this.#pending = undefined;
    this.#release();
    payload?.break(error);
  }

  #release(): void {
    this.#bytes = nothing;
    this.#at = 0;
  }

  #step(): ThriftMessage | undefined {
    if (this.#payload !== undefined) return this.#readPayload(this.#payload);
    const pending = this.#pending;
    if (pending === undefined) return this.#readFresh();
    if (this.#walk?.underWay) return this.#continueWalk(this.#walk, pending);
    if (pending.total === 0) return this.#joinPending(pending);
    return this.#continueFrame(pending);
  }

  // === a message that begins in what was fed ===

  #readFresh(): ThriftMessage | undefined {
    const end = this.#bytes.length;
    this.#transport ??= detectTransport(this.#bytes, this.#at, end);
    if (this.#transport === undefined) return this.#keep(0);
    this.#finder ??= new HeadFinder(this.#transport, this.#limits);
    this.#finder.begin();
    if (this.#transport === "unframed") return this.#beginWalk();
    const total = this.#finder.measure(this.#bytes, this.#at, end);
    if (total === 0) return this.#keep(0);
    if (total <= end - this.#at) return this.#takeWhole(total);
    if (total <= this.#gatherBytes) return this.#keep(total);
    return this.#openLarge(this.#finder, total) ?? this.#keep(total);
  }

  #takeWhole(total: number): ThriftMessage {
    this.#own();
    const start = this.#at;
    const message = (this.#finder as HeadFinder).whole(this.#bytes, start, start + total);
    this.#at += total;
    return message;
  }

  /** What is fed must live on: copies it, once for all messages in it. */
  #own(): void {
    if (this.#owned) return;
    this.#bytes = Buffer.from(this.#at === 0 ? this.#bytes : this.#bytes.subarray(this.#at));
    this.#at = 0;
    this.#owned = true;
    this.#kept = true;
  }

  #beginWalk(): ThriftMessage | undefined {
    this.#walk ??= new UnframedWalk(this.#limits);
    const stop = this.#walk.begin(this.#bytes, this.#at, this.#bytes.length);
    if (stop < 0) return this.#keep(0);
    if (!this.#walk.underWay) return this.#takeWhole(stop - this.#at);
    this.#keep(0);
    return this.#openWalked();
  }

  // === a message that comes in parts ===

  /** Keeps what is left as the beginning of a message of `total` bytes; 0 where that is not known. */
  #keep(total: number): undefined {
    const rest = this.#bytes.length - this.#at;
    // What a peer only announces costs nothing yet: the memory grows with what comes.
    const capacity =
      total <= this.#gatherBytes
        ? Math.min(total, Math.max(2 * rest, leastPendingBytes))
        : Math.min(total, this.#prefixCapacity());
    this.#pending = new PendingBytes(Math.max(capacity, rest), total);
    this.#pending.append(this.#bytes, this.#at, this.#bytes.length);
    this.#at = this.#bytes.length;
  }

  /** Of a large message only the part in front of its payload is gathered. */
  #prefixCapacity(): number {
    const header = this.#transport === "ttheader" ? 4 * uint16At(this.#bytes, this.#at + 12) : 0;
    return fixedBytes + header + 4 + maxMessageHeadBytes;
  }

  /** So little is here that it is put in front of what comes. */
  #joinPending(pending: PendingBytes): undefined {
    this.#bytes = Buffer.concat([pending.bytes, this.#bytes.subarray(this.#at)]);
    this.#at = 0;
    this.#owned = true;
    this.#kept = true;
    this.#pending = undefined;
  }

  #continueFrame(pending: PendingBytes): ThriftMessage | undefined {
    const { total } = pending;
    const large = total > this.#gatherBytes;
    const wanted = large ? pending.room : total - pending.length;
    const stop = Math.min(this.#bytes.length, this.#at + wanted);
    pending.append(this.#bytes, this.#at, stop);
    this.#at = stop;
    if (large) return this.#openPending(pending);
    return pending.length < total ? undefined : this.#takePending(pending);
  }

  #takePending(pending: PendingBytes): ThriftMessage {
    this.#pending = undefined;
    return (this.#finder as HeadFinder).whole(pending.bytes, 0, pending.length);
  }

  #continueWalk(walk: UnframedWalk, pending: PendingBytes): ThriftMessage | undefined {
    const stop = walk.walk(this.#bytes, this.#at, this.#bytes.length);
    pending.append(this.#bytes, this.#at, stop);
    this.#at = stop;
    return walk.underWay ? this.#openWalked() : this.#takePending(pending);
  }

  // === a large message ===

  /** Announces a large message whose head is in what was fed. */
  #openLarge(finder: HeadFinder, total: number): ThriftMessage | undefined {
    const place = finder.find(this.#bytes, this.#at, this.#bytes.length);
    if (place === undefined) return undefined;
    const prefixBytes = place.payloadStart - place.start;
    const memory = Buffer.from(this.#bytes.subarray(this.#at, this.#at + prefixBytes));
    this.#at += prefixBytes;
    return this.#announce(atStart(place, memory), total - prefixBytes);
  }

  /** Announces a large message when its head is in what was gathered. */
  #openPending(pending: PendingBytes): ThriftMessage | undefined {
    // With a long TTHeader all of it may be there: a payload that is announced is still to come.
    if (pending.length === pending.total) return this.#takePending(pending);
    const place = (this.#finder as HeadFinder).find(pending.bytes, 0, pending.length);
    if (place !== undefined) return this.#announceGathered(place, pending.total - place.payloadStart);
    if (pending.room > 0) return undefined;
    throw new ThriftMessageError({ what: "a head that does not end" });
  }

  /** Announces the message that is being walked when it has become large. */
  #openWalked(): ThriftMessage | undefined {
    const pending = this.#pending as PendingBytes;
    if (pending.length <= this.#gatherBytes) return undefined;
    const place = (this.#finder as HeadFinder).find(pending.bytes, 0, pending.length);
    return place === undefined ? undefined : this.#announceGathered(place, -1);
  }

  #announceGathered(place: MessagePlace, payloadBytes: number): ThriftMessage {
    this.#pending = undefined;
    const message = this.#announce({ ...place, end: place.payloadStart }, payloadBytes);
    this.#pushPayload(place.memory.subarray(place.payloadStart, place.end), true);
    return message;
  }

  #announce(place: MessagePlace, payloadBytes: number): ThriftMessage {
    const payload = new IncomingPayload(this.#source, payloadBytes);
    this.#payload = payload;
    this.#payloadLeft = payloadBytes;
    return (this.#finder as HeadFinder).messageAt(place, payload);
  }

  #readPayload(payload: IncomingPayload): undefined {
    const start = this.#at;
    const end = this.#bytes.length;
    const walked = this.#payloadLeft < 0;
    const stop = walked
      ? (this.#walk as UnframedWalk).walk(this.#bytes, start, end)
      : Math.min(end, start + this.#payloadLeft);
    this.#at = stop;
    const part = start === 0 && stop === end ? this.#bytes : this.#bytes.subarray(start, stop);
    if (this.#payload === payload) this.#pushPayload(part, this.#kept);
  }

  #pushPayload(part: Buffer, kept: boolean): void {
    const payload = this.#payload as IncomingPayload;
    const walked = this.#payloadLeft < 0;
    if (!walked) this.#payloadLeft -= part.length;
    if (part.length > 0) payload.push(part, kept);
    const done = walked ? !(this.#walk as UnframedWalk).underWay : this.#payloadLeft === 0;
    // Whoever took it may have ended the connection.
    if (!done || this.#payload !== payload) return;
    this.#payload = undefined;
    payload.finish();
  }
}

/** How long a message says to be whose beginning is here. */
const framedBytes = (transport: DetectedTransport, bytes: Buffer): number =>
  transport === "unframed" || bytes.length < 4 ? bytes.length : int32At(bytes, 0) + 4;
