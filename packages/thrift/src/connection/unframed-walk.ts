import { ThriftMessageError } from "../errors.ts";
import { BinaryWalker } from "../wire/binary-walker.ts";
import { CompactWalker } from "../wire/compact-walker.ts";
import { detectTransport } from "../wire/detect-transport.ts";
import type { ThriftProtocol } from "../wire/format.ts";
import type { ResolvedThriftLimits } from "../wire/limits.ts";
import { foundHead, readMessageHead } from "../wire/message-head.ts";
import type { StructureWalker } from "../wire/structure-walker.ts";

/** Walks messages without a frame, one after another, to find their ends. */
export class UnframedWalk {
  readonly #limits: ResolvedThriftLimits;
  /** Of the first message, and so of all. */
  #protocol: ThriftProtocol | undefined = undefined;
  #binary: BinaryWalker | undefined = undefined;
  #compact: CompactWalker | undefined = undefined;
  #walker: StructureWalker | undefined = undefined;

  constructor(limits: ResolvedThriftLimits) {
    this.#limits = limits;
  }

  /** A message has begun whose end was not found. */
  get underWay(): boolean {
    return this.#walker !== undefined;
  }

  /**
   * Begins with the message at `at` and returns where the walk stopped: behind the message, or at `end` while {@link underWay}; -1
   * when its head is not complete. Throws ERR_THRIFT_MESSAGE, ERR_THRIFT_PAYLOAD and ERR_THRIFT_TOO_LARGE.
   */
  begin(bytes: Buffer, at: number, end: number): number {
    const transport = detectTransport(bytes, at, end);
    if (transport === undefined || !readMessageHead(bytes, at, end)) return -1;
    const { protocol, end: headEnd } = foundHead;
    this.#protocol ??= protocol;
    // Nearly anything could be read as the head of some message: it has to be one like those before.
    if (transport !== "unframed" || protocol !== this.#protocol) {
      throw new ThriftMessageError({ what: `${protocol} behind ${this.#protocol} without a frame` });
    }
    this.#walker = this.#walkerFor(protocol);
    this.#walker.start(Math.max(0, this.#limits.maxFrameBytes - (headEnd - at)));
    return this.walk(bytes, headEnd, end);
  }

  /** Goes on from `at` and returns where it stopped. */
  walk(bytes: Buffer, at: number, end: number): number {
    const walker = this.#walker as StructureWalker;
    const stop = walker.walk(bytes, at, end);
    if (walker.done) this.#walker = undefined;
    return stop;
  }

  #walkerFor(protocol: ThriftProtocol): StructureWalker {
    const { maxDepth } = this.#limits;
    if (protocol === "compact") {
      this.#compact ??= new CompactWalker(maxDepth);
      return this.#compact;
    }
    this.#binary ??= new BinaryWalker(maxDepth);
    return this.#binary;
  }
}
