import {
  ConnectionFault,
  errorCodes,
  frameFlags,
  protocolFault,
  sizeFault,
  withoutPadding,
} from "./frames.ts";
import { FieldDecoder, type FieldSection, type SectionLimits } from "./hpack/field-decoder.ts";

/** A block of more frames serves no purpose but to be one (CONTINUATION flood, CVE-2024-27983). */
const mostFrames = 8;

/** A field section that came on a stream. */
export interface ReceivedSection extends FieldSection {
  readonly streamId: number;
  /** Nothing follows. */
  readonly ended: boolean;
  /** It makes its stream depend on itself, which RFC 7540 has refused. */
  readonly ownParent: boolean;
}

/** Puts field blocks together from HEADERS and CONTINUATION (RFC 9113 section 4.3), and decodes them. */
export class FieldBlocks {
  /** The stream of a block that has begun and not ended, else 0: no other frame may come. */
  openStreamId = 0;
  readonly #decoder: FieldDecoder;
  readonly #maxBytes: number;
  #ended = false;
  #ownParent = false;
  #parts: Buffer[] = [];
  #bytes = 0;

  constructor(limits: SectionLimits) {
    this.#decoder = new FieldDecoder(limits);
    this.#maxBytes = limits.maxBytes;
  }

  /** Takes HEADERS: the section, or undefined while more has to come. Throws a {@link ConnectionFault}. */
  headers(flags: number, streamId: number, payload: Buffer): ReceivedSection | undefined {
    if (streamId === 0) throw protocolFault("HEADERS without a stream");
    let block = withoutPadding(flags, payload);
    this.#ownParent = false;
    if ((flags & frameFlags.priority) !== 0) {
      if (block.length < 5) throw sizeFault("HEADERS with less than its priority");
      this.#ownParent = (block.readUInt32BE(0) & 0x7fffffff) === streamId;
      block = block.subarray(5);
    }
    this.#ended = (flags & frameFlags.endStream) !== 0;
    if ((flags & frameFlags.endHeaders) !== 0) return this.#section(streamId, block);
    this.openStreamId = streamId;
    this.#keep(block);
    return undefined;
  }

  /** Takes CONTINUATION, as {@link headers}. */
  continuation(flags: number, payload: Buffer): ReceivedSection | undefined {
    const streamId = this.openStreamId;
    if (streamId === 0) throw protocolFault("CONTINUATION of nothing");
    this.#keep(payload);
    if ((flags & frameFlags.endHeaders) === 0) return undefined;
    const block = Buffer.concat(this.#parts);
    this.openStreamId = 0;
    this.#parts = [];
    this.#bytes = 0;
    return this.#section(streamId, block);
  }

  #keep(part: Buffer): void {
    this.#bytes += part.length;
    if (this.#parts.length > mostFrames || this.#bytes > this.#maxBytes)
      throw new ConnectionFault(errorCodes.enhanceYourCalm, "a field block in too many frames, or too large");
    this.#parts.push(Buffer.from(part));
  }

  #section(streamId: number, block: Buffer): ReceivedSection {
    const { fields, malformed, tooLarge } = this.#decoder.decode(block);
    return { fields, malformed, tooLarge, streamId, ended: this.#ended, ownParent: this.#ownParent };
  }
}

/** What is wrong with a section, for its stream. */
export function faultOf({ malformed, ownParent, tooLarge }: ReceivedSection): number | undefined {
  if (tooLarge) return errorCodes.enhanceYourCalm;
  return malformed || ownParent ? errorCodes.protocolError : undefined;
}
