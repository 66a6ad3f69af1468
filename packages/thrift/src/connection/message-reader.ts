import { ThriftMessageError, ThriftTooLargeError } from "../errors.ts";
import { IncomingPayload, type PayloadSource } from "../message/incoming-payload.ts";
import type { ThriftMessage as Message, MessagePlace } from "../message/thrift-message.ts";
import { ThriftMessage } from "../message/thrift-message.ts";
import { checkHeader, fixedBytes, headerEnd } from "../ttheader/layout.ts";
import { BinaryWalker } from "../wire/binary-walker.ts";
import { CompactWalker } from "../wire/compact-walker.ts";
import {
  compactByte,
  type DetectedTransport,
  detectTransport,
  strictByte,
} from "../wire/detect-transport.ts";
import { type ThriftTransport, thriftFormat } from "../wire/format.ts";
import { int32At, uint16At } from "../wire/integers.ts";
import type { ResolvedThriftLimits } from "../wire/limits.ts";
import { foundHead, maxMessageHeadBytes, readMessageHead } from "../wire/message-head.ts";
import type { StructureWalker } from "../wire/walk-stack.ts";

/** A message up to this size is gathered before anybody hears of it; a larger one is announced by its head. */
const defaultGatherBytes = 64 * 1024;

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
  /** What is being read, from `#at` on. */
  #bytes: Buffer = nothing;
  #at = 0;
  /** The bytes are a copy of this reader's, which messages may lie in. */
  #owned = true;
  /** The bytes stay as they are while the stream is not read: enough for payloads that are passed on. */
  #kept = true;
  /** The beginning of a message that is not complete: the first `#pendingBytes` of this. */
  #pending: Buffer | undefined = undefined;
  #pendingBytes = 0;
  /** How long the message in `#pending` is; 0 while that is not known. */
  #pendingTotal = 0;
  #headerChecked = false;
  /** An unframed message is being walked. */
  #walker: StructureWalker | undefined = undefined;
  #binaryWalker: BinaryWalker | undefined = undefined;
  #compactWalker: CompactWalker | undefined = undefined;
  /** A large payload that is coming. */
  #payload: IncomingPayload | undefined = undefined;
  /** What is left of it, where that is known. */
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
  next(): Message | undefined {
    const message = this.#step();
    if (!this.hasMore) this.#release();
    return message;
  }

  /** The head of the message that is not complete, or could not be read, with an empty payload: for an answer to it. */
  peek(): Message | undefined {
    const bytes = this.#pending?.subarray(0, this.#pendingBytes) ?? this.#bytes.subarray(this.#at);
    try {
      this.#transport ??= detectTransport(bytes, 0, bytes.length);
      const copy = Buffer.from(
        bytes.subarray(0, fixedBytes + this.#limits.maxHeaderBytes + maxMessageHeadBytes),
      );
      const place = this.#findHead(copy, 0, copy.length, this.#pendingTotal);
      return place === undefined
        ? undefined
        : messageAt(this.#foundTransport, { ...place, end: place.payloadStart });
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

  #step(): Message | undefined {
    if (this.#payload !== undefined) return this.#readPayload(this.#payload);
    if (this.#pending === undefined) return this.#readFresh();
    if (this.#walker !== undefined) return this.#continueWalk(this.#walker);
    if (this.#pendingTotal === 0) return this.#joinPending();
    return this.#continueFrame();
  }

  // === a message that begins in what was fed ===

  #readFresh(): Message | undefined {
    const end = this.#bytes.length;
    this.#transport ??= detectTransport(this.#bytes, this.#at, end);
    if (this.#transport === undefined) return this.#keep(0);
    if (this.#transport === "unframed") return this.#beginWalk();
    const total = this.#measure(this.#bytes, this.#at, end);
    if (total === 0) return this.#keep(0);
    if (total <= end - this.#at) {
      this.#own();
      const start = this.#at;
      this.#at += total;
      return this.#wholeAt(this.#bytes, start, total);
    }
    if (total <= this.#gatherBytes) return this.#keep(total);
    return this.#openLarge(total) ?? this.#keep(total);
  }

  /** How long the message at `at` is, with everything around it; 0 while too little of it is here. */
  #measure(bytes: Buffer, at: number, end: number): number {
    if (end - at < (this.#transport === "ttheader" ? fixedBytes : 4)) return 0;
    const counted = int32At(bytes, at);
    const { maxFrameBytes } = this.#limits;
    if (counted <= 0) throw new ThriftMessageError({ what: `a frame of ${counted} bytes` });
    if (counted + 4 > maxFrameBytes) {
      throw new ThriftTooLargeError({ what: "frame", bytes: counted + 4, maxBytes: maxFrameBytes });
    }
    if (this.#transport === "ttheader") {
      if (uint16At(bytes, at + 4) !== 0x1000)
        throw new ThriftMessageError({ what: "a TTHeader of another kind" });
      headerEnd(bytes, at, this.#limits);
    }
    return counted + 4;
  }

  /** What is fed must live on: copies it, once for all messages in it. */
  #own(): void {
    if (this.#owned) return;
    this.#bytes = Buffer.from(this.#at === 0 ? this.#bytes : this.#bytes.subarray(this.#at));
    this.#at = 0;
    this.#owned = true;
    this.#kept = true;
  }

  #wholeAt(memory: Buffer, start: number, total: number): Message {
    const place = this.#findHead(memory, start, start + total, total);
    if (place === undefined)
      throw new ThriftMessageError({ what: "a frame that is shorter than its message" });
    return messageAt(this.#foundTransport, place);
  }

  /** The transport of the message that {@link #findHead} found. */
  #foundTransport: ThriftTransport = "framed";

  /**
   * Finds the parts of a message of `total` bytes (0: not known) in what is here of it, up to `end`; undefined when its head is
   * not complete. {@link foundHead} holds the rest.
   */
  #findHead(memory: Buffer, start: number, end: number, total: number): MessagePlace | undefined {
    let headStart = start;
    this.#foundTransport = this.#transport ?? "unframed";
    if (this.#transport === "framed") headStart += 4;
    else if (this.#transport === "ttheader") {
      if (end - start < fixedBytes) return undefined;
      const headerStop = start + headerEnd(memory, start, this.#limits);
      // Enough to tell whether there is a frame within.
      if (end - headerStop < 5) return undefined;
      if (!this.#headerChecked) checkHeader(memory, start + fixedBytes, headerStop);
      this.#headerChecked = total > this.#gatherBytes;
      headStart = headerStop;
      const first = memory[headerStop] as number;
      const inner = int32At(memory, headerStop);
      const rest = int32At(memory, start) + 4 - (headerStop - start) - 4;
      if (first !== strictByte && first !== compactByte && inner === rest) {
        headStart += 4;
        this.#foundTransport = "ttheader-framed";
      }
    }
    if (!readMessageHead(memory, headStart, end)) return undefined;
    const { nameStart, nameEnd, sequenceIdAt, end: payloadStart } = foundHead;
    return { memory, start, headStart, nameStart, nameEnd, sequenceIdAt, payloadStart, end };
  }

  // === a message that comes in parts ===

  /** Keeps what is left as the beginning of a message of `total` bytes; 0 where that is not known. */
  #keep(total: number): undefined {
    const rest = this.#bytes.length - this.#at;
    const capacity = total === 0 ? rest : Math.min(total, this.#prefixCapacity(total));
    this.#pending = Buffer.allocUnsafe(Math.max(capacity, rest));
    this.#pendingBytes = this.#bytes.copy(this.#pending, 0, this.#at);
    this.#pendingTotal = total;
    this.#at = this.#bytes.length;
  }

  /** Of a large message only the part in front of its payload is gathered. */
  #prefixCapacity(total: number): number {
    if (total <= this.#gatherBytes) return total;
    const header = this.#transport === "ttheader" ? 4 * uint16At(this.#bytes, this.#at + 12) : 0;
    return fixedBytes + header + 4 + maxMessageHeadBytes;
  }

  /** So little is here that it is put in front of what comes. */
  #joinPending(): undefined {
    const pending = (this.#pending as Buffer).subarray(0, this.#pendingBytes);
    this.#bytes = Buffer.concat([pending, this.#bytes.subarray(this.#at)]);
    this.#at = 0;
    this.#owned = true;
    this.#kept = true;
    this.#pending = undefined;
  }

  #continueFrame(): Message | undefined {
    const pending = this.#pending as Buffer;
    const part = Math.min(pending.length - this.#pendingBytes, this.#bytes.length - this.#at);
    this.#bytes.copy(pending, this.#pendingBytes, this.#at, this.#at + part);
    this.#at += part;
    this.#pendingBytes += part;
    const total = this.#pendingTotal;
    if (total > this.#gatherBytes) return this.#openPending(total);
    if (this.#pendingBytes < total) return undefined;
    this.#pending = undefined;
    return this.#wholeAt(pending, 0, total);
  }

  // === a large message ===

  /** Announces a large message whose head is in what was fed. */
  #openLarge(total: number): Message | undefined {
    this.#headerChecked = false;
    const place = this.#findHead(this.#bytes, this.#at, this.#bytes.length, total);
    if (place === undefined) return undefined;
    const prefixBytes = place.payloadStart - place.start;
    const memory = Buffer.from(this.#bytes.subarray(this.#at, this.#at + prefixBytes));
    this.#at += prefixBytes;
    return this.#announce(moved(place, memory), total - prefixBytes);
  }

  #openPending(total: number): Message | undefined {
    const pending = this.#pending as Buffer;
    const place = this.#findHead(pending, 0, this.#pendingBytes, total);
    if (place === undefined) {
      if (this.#pendingBytes < pending.length) return undefined;
      throw new ThriftMessageError({ what: "a head that does not end" });
    }
    this.#pending = undefined;
    const message = this.#announce({ ...place, end: place.payloadStart }, total - place.payloadStart);
    this.#pushPayload(pending.subarray(place.payloadStart, this.#pendingBytes), true);
    return message;
  }

  /** `payloadBytes`: -1 where only the walk will tell. */
  #announce(place: MessagePlace, payloadBytes: number): Message {
    this.#headerChecked = false;
    const payload = new IncomingPayload(this.#source, payloadBytes);
    this.#payload = payload;
    this.#payloadLeft = payloadBytes;
    return messageAt(this.#foundTransport, place, payload);
  }

  #readPayload(payload: IncomingPayload): undefined {
    const start = this.#at;
    const end = this.#bytes.length;
    const walker = this.#walker;
    const stop =
      walker === undefined ? Math.min(end, start + this.#payloadLeft) : walker.walk(this.#bytes, start, end);
    this.#at = stop;
    const part = start === 0 && stop === end ? this.#bytes : this.#bytes.subarray(start, stop);
    if (this.#payload === payload) this.#pushPayload(part, this.#kept);
  }

  #pushPayload(part: Buffer, kept: boolean): void {
    const payload = this.#payload as IncomingPayload;
    const walker = this.#walker;
    if (walker === undefined) this.#payloadLeft -= part.length;
    if (part.length > 0) payload.push(part, kept);
    const done = walker === undefined ? this.#payloadLeft === 0 : walker.done;
    // Whoever took it may have ended the connection.
    if (!done || this.#payload !== payload) return;
    this.#payload = undefined;
    this.#walker = undefined;
    payload.finish();
  }

  // === unframed ===

  #beginWalk(): Message | undefined {
    const { maxFrameBytes } = this.#limits;
    if (!readMessageHead(this.#bytes, this.#at, this.#bytes.length)) return this.#keep(0);
    const headBytes = foundHead.end - this.#at;
    const walker = this.#walkerFor(foundHead.protocol === "compact");
    walker.start(Math.max(0, maxFrameBytes - headBytes));
    const stop = walker.walk(this.#bytes, foundHead.end, this.#bytes.length);
    if (walker.done) {
      const total = stop - this.#at;
      this.#own();
      const start = this.#at;
      this.#at += total;
      return this.#wholeAt(this.#bytes, start, total);
    }
    this.#keep(0);
    this.#walker = walker;
    return this.#openWalked();
  }

  #walkerFor(compact: boolean): StructureWalker {
    const { maxDepth } = this.#limits;
    if (compact) {
      this.#compactWalker ??= new CompactWalker(maxDepth);
      return this.#compactWalker;
    }
    this.#binaryWalker ??= new BinaryWalker(maxDepth);
    return this.#binaryWalker;
  }

  #continueWalk(walker: StructureWalker): Message | undefined {
    const stop = walker.walk(this.#bytes, this.#at, this.#bytes.length);
    this.#append(stop);
    if (!walker.done) return this.#openWalked();
    const memory = (this.#pending as Buffer).subarray(0, this.#pendingBytes);
    this.#pending = undefined;
    this.#walker = undefined;
    return this.#wholeAt(memory, 0, memory.length);
  }

  /** Adds what was fed up to `stop`, in a buffer that doubles. */
  #append(stop: number): void {
    let pending = this.#pending as Buffer;
    const bytes = this.#pendingBytes + stop - this.#at;
    if (bytes > pending.length) {
      const larger = Buffer.allocUnsafe(Math.max(bytes, 2 * pending.length));
      pending.copy(larger, 0, 0, this.#pendingBytes);
      pending = larger;
      this.#pending = larger;
    }
    this.#bytes.copy(pending, this.#pendingBytes, this.#at, stop);
    this.#pendingBytes = bytes;
    this.#at = stop;
  }

  /** Announces the message that is being walked when it has become large. */
  #openWalked(): Message | undefined {
    if (this.#pendingBytes <= this.#gatherBytes) return undefined;
    const pending = this.#pending as Buffer;
    const place = this.#findHead(pending, 0, this.#pendingBytes, 0);
    if (place === undefined) return undefined;
    this.#pending = undefined;
    const message = this.#announce({ ...place, end: place.payloadStart }, -1);
    this.#pushPayload(pending.subarray(place.payloadStart, this.#pendingBytes), true);
    return message;
  }
}

function messageAt(
  transport: ThriftTransport,
  place: MessagePlace,
  payload?: IncomingPayload,
): ThriftMessage {
  const { protocol, type, sequenceId } = foundHead;
  return new ThriftMessage(thriftFormat(transport, protocol), type, sequenceId, place, payload);
}

/** The same message without its payload, from the start of `memory`. */
function moved(place: MessagePlace, memory: Buffer): MessagePlace {
  const by = place.start;
  return {
    memory,
    start: 0,
    headStart: place.headStart - by,
    nameStart: place.nameStart - by,
    nameEnd: place.nameEnd - by,
    sequenceIdAt: place.sequenceIdAt - by,
    payloadStart: place.payloadStart - by,
    end: place.payloadStart - by,
  };
}
