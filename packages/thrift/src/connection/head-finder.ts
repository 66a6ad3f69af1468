import { ThriftMessageError, ThriftTooLargeError } from "../errors.ts";
import type { IncomingPayload } from "../message/incoming-payload.ts";
import { type MessagePlace, ThriftMessage } from "../message/thrift-message.ts";
import { checkHeader, fixedBytes, headerEnd } from "../ttheader/layout.ts";
import { compactByte, type DetectedTransport, isNameStart, strictByte } from "../wire/detect-transport.ts";
import { type ThriftTransport, thriftFormat } from "../wire/format.ts";
import { int32At, uint16At } from "../wire/integers.ts";
import type { ResolvedThriftLimits } from "../wire/limits.ts";
import { foundHead, readMessageHead } from "../wire/message-head.ts";

/** Finds the parts of messages of one transport: how long they are, and where head and payload are in them. */
export class HeadFinder {
  readonly #limits: ResolvedThriftLimits;
  readonly #transport: DetectedTransport;
  /** The transport of the message that was found last. */
  #found: ThriftTransport;
  /** The TTHeader of a message that comes in parts needs to be checked once only. */
  #headerChecked = false;

  constructor(transport: DetectedTransport, limits: ResolvedThriftLimits) {
    this.#transport = transport;
    this.#found = transport;
    this.#limits = limits;
  }

  /** Another message begins. */
  begin(): void {
    this.#headerChecked = false;
  }

  /**
   * How long the message at `at` is, with everything around it; 0 while too little of it is here. Not for unframed ones. Throws
   * ERR_THRIFT_MESSAGE and ERR_THRIFT_TOO_LARGE.
   */
  measure(bytes: Buffer, at: number, end: number): number {
    if (end - at < (this.#transport === "ttheader" ? fixedBytes : 4)) return 0;
    const counted = int32At(bytes, at);
    const { maxFrameBytes } = this.#limits;
    if (counted <= 0) throw new ThriftMessageError({ what: `a frame of ${counted} bytes` });
    if (counted + 4 > maxFrameBytes) {
      throw new ThriftTooLargeError({ what: "frame", bytes: counted + 4, maxBytes: maxFrameBytes });
    }
    if (this.#transport === "ttheader") {
      if (uint16At(bytes, at + 4) !== 0x1000)
        throw new ThriftMessageError({ what: "no TTHeader behind others" });
      headerEnd(bytes, at, this.#limits);
    }
    return counted + 4;
  }

  /** A message that is all in `memory`, which it gets. */
  whole(memory: Buffer, start: number, end: number): ThriftMessage {
    const place = this.find(memory, start, end);
    if (place === undefined)
      throw new ThriftMessageError({ what: "a frame that is shorter than its message" });
    return this.messageAt(place);
  }

  /**
   * Finds the parts of a message in what is here of it, up to `end`; undefined when its head is not complete. Then
   * {@link messageAt} makes the message, before anything else is read.
   */
  find(memory: Buffer, start: number, end: number): MessagePlace | undefined {
    let headStart = start;
    this.#found = this.#transport;
    if (this.#transport === "framed") headStart += 4;
    else if (this.#transport === "ttheader") {
      if (end - start < fixedBytes) return undefined;
      const headerStop = start + headerEnd(memory, start, this.#limits);
      // Enough to tell whether there is a frame within.
      if (end - headerStop < 5) return undefined;
      if (!this.#headerChecked) checkHeader(memory, start + fixedBytes, headerStop);
      this.#headerChecked = true;
      headStart = headerStop + this.#innerFrameBytes(memory, start, headerStop);
    }
    if (!readMessageHead(memory, headStart, end)) return undefined;
    const { nameStart, nameEnd, sequenceIdAt, end: payloadStart } = foundHead;
    return { memory, start, headStart, nameStart, nameEnd, sequenceIdAt, payloadStart, end };
  }

  /** The message that {@link find} found. */
  messageAt(place: MessagePlace, payload?: IncomingPayload): ThriftMessage {
    const { protocol, type, sequenceId } = foundHead;
    return new ThriftMessage(thriftFormat(this.#found, protocol), type, sequenceId, place, payload);
  }

  /** What a TTHeader is followed by: a message, or a frame that is just as long as it has to be. */
  #innerFrameBytes(memory: Buffer, start: number, headerStop: number): number {
    const first = memory[headerStop] as number;
    if (first === strictByte || first === compactByte) return 0;
    const messageBytes = int32At(memory, start) - (headerStop - start);
    if (int32At(memory, headerStop) !== messageBytes) {
      // Peers that look for a message there, whatever the frame says, would call another method than the one that is read here.
      if (!isNameStart(memory[headerStop + 4] as number))
        throw new ThriftMessageError({ what: "a frame in a TTHeader that is not as long as its message" });
      return 0;
    }
    this.#found = "ttheader-framed";
    return 4;
  }
}
