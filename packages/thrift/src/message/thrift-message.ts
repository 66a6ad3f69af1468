import type { MessageType } from "../constants.ts";
import { flagsAt, outOfOrderFlag, sequenceNumberAt } from "../ttheader/layout.ts";
import { TTHeader } from "../ttheader/ttheader.ts";
import type { ThriftFormat } from "../wire/format.ts";
import { int32At, putInt32 } from "../wire/integers.ts";
import { messageHeadBytes, writeMessageHead } from "../wire/message-head.ts";
import type { Payload } from "./payload.ts";
import { WholePayload } from "./whole-payload.ts";

/**
 * A message as it lies in memory: `start` is where whatever is around it begins, `headStart` where its own head does, and
 * `payloadStart` to `end` is the payload, or what is here of it.
 */
export interface MessagePlace {
  readonly memory: Buffer;
  readonly start: number;
  readonly headStart: number;
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly sequenceIdAt: number;
  readonly payloadStart: number;
  readonly end: number;
}

/** The same message without its payload, from the start of `memory`. */
export function atStart(place: MessagePlace, memory: Buffer): MessagePlace {
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

/**
 * A Thrift message: a call, or the answer to one. Its head is known, its payload is not decoded. What is edited (name, sequence
 * id, TTHeader) is encoded anew when the message is sent; everything else goes on byte for byte.
 */
export class ThriftMessage {
  /** How it came, which is how it is sent on and how it is answered. */
  readonly format: ThriftFormat;
  readonly type: MessageType;
  readonly #place: MessagePlace;
  #sequenceId: number;
  #name: string | undefined = undefined;
  #newName: Buffer | undefined = undefined;
  #header: TTHeader | undefined = undefined;
  #payload: Payload | undefined;
  /** The sequence id that the memory holds. */
  #writtenId: number;
  /** Everything in front of the payload, while it is not what the memory holds. */
  #prefix: Buffer | undefined = undefined;
  #prefixOf: Buffer | undefined = undefined;

  /** For connections. The memory is the message's own. `payload` where it is not all here. */
  constructor(
    format: ThriftFormat,
    type: MessageType,
    sequenceId: number,
    place: MessagePlace,
    payload?: Payload,
  ) {
    this.format = format;
    this.type = type;
    this.#sequenceId = sequenceId;
    this.#writtenId = sequenceId;
    this.#place = place;
    this.#payload = payload;
  }

  /** The method; with its service in front for peers that multiplex services (`Service:method`). */
  get name(): string {
    const { memory, nameStart, nameEnd } = this.#place;
    this.#name ??= memory.toString("utf8", nameStart, nameEnd);
    return this.#name;
  }

  set name(name: string) {
    if (name === this.name) return;
    this.#name = name;
    this.#newName = Buffer.from(name);
    this.#prefix = undefined;
  }

  /** Which call an answer belongs to. */
  get sequenceId(): number {
    return this.#sequenceId;
  }

  set sequenceId(sequenceId: number) {
    if (sequenceId === this.#sequenceId) return;
    this.#sequenceId = sequenceId;
    this.#prefix = undefined;
    const { memory, sequenceIdAt } = this.#place;
    // A varint may get another length.
    if (this.format.protocol === "compact") return;
    putInt32(memory, sequenceIdAt, sequenceId);
    this.#writtenId = sequenceId;
  }

  /** The sequence number of the TTHeader: another one than {@link sequenceId}; 0 where there is no TTHeader. */
  get headerSequence(): number {
    if (!this.format.hasHeader) return 0;
    if (this.#header?.edited) return this.#header.sequenceNumber;
    return int32At(this.#place.memory, this.#place.start + sequenceNumberAt);
  }

  set headerSequence(sequence: number) {
    if (!this.format.hasHeader || sequence === this.headerSequence) return;
    this.#prefix = undefined;
    if (this.#header?.edited) this.#header.withSequenceNumber(sequence);
    // The header reads the same memory.
    else putInt32(this.#place.memory, this.#place.start + sequenceNumberAt, sequence);
  }

  /** Its TTHeader says that the caller takes answers in any order. */
  get takesAnyOrder(): boolean {
    const { memory, start } = this.#place;
    return this.format.hasHeader && ((memory[start + flagsAt + 1] as number) & outOfOrderFlag) !== 0;
  }

  /** The TTHeader, to be read and edited; undefined where the transport has none. */
  get header(): TTHeader | undefined {
    if (this.#header !== undefined || !this.format.hasHeader) return this.#header;
    const { memory, start } = this.#place;
    this.#header = new TTHeader(memory.subarray(start, this.#headerEnd));
    return this.#header;
  }

  /** The arguments or the result, encoded as {@link format} says. */
  get payload(): Payload {
    if (this.#payload === undefined) {
      const { memory, payloadStart, end } = this.#place;
      this.#payload = new WholePayload(memory.subarray(payloadStart, end));
    }
    return this.#payload;
  }

  /** All of it is here. */
  get isWhole(): boolean {
    return this.#payload === undefined || this.#payload.whole !== undefined;
  }

  /** For connections: how many bytes a whole message has as it is sent. */
  get wholeBytes(): number {
    const { start, payloadStart, end } = this.#place;
    return this.#isAsItCame ? end - start : this.prefix.length + end - payloadStart;
  }

  /** For connections: a whole message in one piece, where it can be sent as it lies in memory. */
  get asItLies(): Buffer | undefined {
    if (!this.#isAsItCame) return undefined;
    const { memory, start, end } = this.#place;
    return start === 0 && end === memory.length ? memory : memory.subarray(start, end);
  }

  /** For connections: copies a whole message and returns where it ends. */
  copyTo(target: Buffer, at: number): number {
    const { memory, start, payloadStart, end } = this.#place;
    if (this.#isAsItCame) return at + memory.copy(target, at, start, end);
    const { prefix } = this;
    target.set(prefix, at);
    return at + prefix.length + memory.copy(target, at + prefix.length, payloadStart, end);
  }

  /** For connections: everything in front of the payload, as it is sent. */
  get prefix(): Buffer {
    const { memory, start, payloadStart } = this.#place;
    if (this.#isAsItCame) return memory.subarray(start, payloadStart);
    const headerBytes = this.#header?.bytes;
    if (this.#prefix === undefined || this.#prefixOf !== headerBytes) {
      this.#prefix = this.#encodePrefix();
      this.#prefixOf = headerBytes;
    }
    return this.#prefix;
  }

  get #isAsItCame(): boolean {
    return (
      this.#newName === undefined && this.#writtenId === this.#sequenceId && this.#header?.edited !== true
    );
  }

  get #headerEnd(): number {
    return this.format.transport === "ttheader" ? this.#place.headStart : this.#place.headStart - 4;
  }

  #encodePrefix(): Buffer {
    const { memory, start, nameStart, nameEnd } = this.#place;
    const { transport, protocol, hasHeader } = this.format;
    const name = this.#newName ?? memory.subarray(nameStart, nameEnd);
    const head = { protocol, type: this.type, name, sequenceId: this.#sequenceId };
    const messageBytes = messageHeadBytes(head) + this.#payloadBytes;
    const header = hasHeader ? (this.#header?.bytes ?? memory.subarray(start, this.#headerEnd)) : undefined;
    const framed = transport === "framed" || transport === "ttheader-framed";
    const headerBytes = header?.length ?? 0;
    const prefix = Buffer.allocUnsafe(headerBytes + (framed ? 4 : 0) + messageHeadBytes(head));
    let at = headerBytes;
    if (header !== undefined) {
      prefix.set(header, 0);
      putInt32(prefix, 0, headerBytes - 4 + (framed ? 4 : 0) + messageBytes);
    }
    if (framed) at = putInt32(prefix, at, messageBytes);
    writeMessageHead(prefix, at, head);
    return prefix;
  }

  get #payloadBytes(): number {
    const { payloadStart, end } = this.#place;
    // Unframed messages do not say how long they are: where the length is not known, nobody asks for it.
    return this.#payload === undefined ? end - payloadStart : Math.max(this.#payload.length, 0);
  }
}
