import { byteClasses, obsTextByte, tokenByte, valueByte } from "./byte-classes.ts";
import type { HeadLimits } from "./head-limits.ts";
import { longestMethod } from "./methods.ts";
import type { Parsing } from "./parsing.ts";
import type { Fault, Refuse } from "./refusal.ts";

/** Empty lines before a request line that are skipped (RFC 9112 2.2 asks for at least one). */
const maxEmptyLines = 4;
const headMethod = "HEAD ";
/** What every response begins with. */
const protocolName = "HTTP/";
const carriageReturn = 0x0d;
const lineFeed = 0x0a;
const colon = 0x3a;

/**
 * Finds the end of a head that came in pieces, and keeps the pieces. Every byte is looked at once. What can be refused
 * before the end has come, which may be never, is refused here: controls, bare CR and LF, what is no field, and whatever is too large.
 */
export class HeadFrame {
  /** Some byte of the head itself has come. */
  started = false;
  /** What has come of the head; its first line when that is whole. */
  held: Buffer | undefined = undefined;
  heldLength = 0;
  /** Where the first line ended, without its line end; -1 until it has. Counted from the start of the head. */
  firstLineEnd = -1;
  /** Where the head starts in the chunk that was scanned last; after its empty lines. */
  chunkStart = 0;

  private readonly limits: HeadLimits;
  private readonly refuse: Refuse;
  private readonly isRequest: boolean;
  private readonly compat: boolean;
  private emptyLines = 0;
  private afterReturn = false;
  /** How lines end: all of them in the same way. */
  private lineEnd: "unknown" | "crlf" | "lf" = "unknown";
  /** Bytes of the head so far, and of the line that is being read. */
  private length = 0;
  private lineLength = 0;
  private lines = 0;
  private methodEnd = -1;
  private isHeadSoFar = true;
  /** The colon of the field that is being read has yet to come. */
  private inName = true;

  constructor(limits: HeadLimits, refuse: Refuse, isRequest: boolean, parsing: Parsing) {
    this.limits = limits;
    this.refuse = refuse;
    this.isRequest = isRequest;
    this.compat = parsing === "compat";
  }

  /** The request's method is HEAD; said as soon as that has come. */
  get asksForHead(): boolean {
    return this.isHeadSoFar && this.methodEnd === headMethod.length;
  }

  /** Where the head ends in the chunk, or -1 when it does not: then all of it has been taken. */
  scan(chunk: Buffer, from: number): number {
    this.chunkStart = from;
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (++this.length > this.limits.maxHeadBytes)
        this.fail(431, "head-too-large", chunk, this.chunkStart, at);
      if (((byteClasses[byte] as number) & (valueByte | obsTextByte)) !== 0 || this.isRepaired(byte)) {
        if (this.afterReturn) this.fail(400, "bare-cr", chunk, at - 1, at + 1);
        this.started = true;
        this.lineLength++;
        if (this.lines === 0) this.checkFirstLine(chunk, at, byte);
        else if (this.inName) this.checkName(chunk, at, byte);
      } else if (byte === carriageReturn) {
        if (this.afterReturn) this.fail(400, "bare-cr", chunk, at - 1, at + 1);
        this.afterReturn = true;
      } else if (byte === lineFeed) {
        const lineEnd = this.afterReturn ? "crlf" : "lf";
        if (this.compat && this.lineEnd === "unknown") this.lineEnd = lineEnd;
        if (lineEnd !== (this.compat ? this.lineEnd : "crlf"))
          this.fail(400, "bare-lf", chunk, at - 1, at + 1);
        this.afterReturn = false;
        if (this.endLine(chunk, at)) return at + 1;
      } else this.fail(400, "byte-not-allowed", chunk, at, at + 1);
    }
    this.hold(chunk, this.chunkStart, chunk.length);
    return -1;
  }

  /** The whole head, whose last part ends at `end` in the chunk that was scanned last; may point into it. */
  take(chunk: Buffer, end: number): Buffer {
    if (this.heldLength === 0) return chunk.subarray(this.chunkStart, end);
    this.hold(chunk, this.chunkStart, end);
    return (this.held as Buffer).subarray(0, this.heldLength);
  }

  /** Compat makes spaces of controls in values, and has to see which fields they are in. */
  private isRepaired(byte: number): boolean {
    return this.compat && this.lines > 0 && byte !== carriageReturn && byte !== lineFeed;
  }

  /** Adds bytes of the chunk to what is held. */
  private hold(chunk: Buffer, start: number, end: number): void {
    const needed = this.heldLength + end - start;
    if (this.held === undefined || this.held.length < needed) {
      const larger = Buffer.allocUnsafeSlow(Math.max(1024, needed, this.heldLength * 2));
      this.held?.copy(larger, 0, 0, this.heldLength);
      this.held = larger;
    }
    chunk.copy(this.held, this.heldLength, start, end);
    this.heldLength = needed;
  }

  /** Whether the line that ends at `at` is the empty one that ends the head. */
  private endLine(chunk: Buffer, at: number): boolean {
    if (this.lineLength === 0) {
      if (this.lines !== 0) return true;
      if (!this.isRequest || ++this.emptyLines > maxEmptyLines) {
        this.fail(400, "too-many-empty-lines", chunk, at - 1, at + 1);
      }
      this.length = 0;
      this.heldLength = 0;
      this.chunkStart = at + 1;
      return false;
    }
    if (this.lines === 0) this.firstLineEnd = this.lineLength;
    else if (this.lines > this.limits.maxFields)
      this.fail(431, "too-many-fields", chunk, at - this.lineLength - 1, at);
    else if (this.inName && !this.compat)
      this.fail(400, "field-without-colon", chunk, at - this.lineLength - 1, at - 1);
    this.lines++;
    this.lineLength = 0;
    this.inName = true;
    return false;
  }

  private checkFirstLine(chunk: Buffer, at: number, byte: number): void {
    const { lineLength } = this;
    if (!this.isRequest) {
      if (lineLength <= protocolName.length && byte !== protocolName.charCodeAt(lineLength - 1))
        this.fail(400, "version-invalid", chunk, this.chunkStart, at + 1);
      return;
    }
    if (lineLength <= headMethod.length) this.isHeadSoFar &&= byte === headMethod.charCodeAt(lineLength - 1);
    if (this.methodEnd !== -1) {
      // A space and HTTP/1.1 may follow the target.
      const targetLength = this.lineLength - this.methodEnd - 9;
      if (targetLength > this.limits.maxTargetBytes)
        this.fail(414, "target-too-long", chunk, this.chunkStart, at);
    } else if (byte === 0x20) this.methodEnd = this.lineLength;
    else {
      const start = at - lineLength + 1;
      if (((byteClasses[byte] as number) & tokenByte) === 0)
        this.fail(400, "method-invalid", chunk, start, at + 1);
      if (lineLength > longestMethod) this.fail(501, "method-unknown", chunk, start, at + 1);
    }
  }

  /** Compat has folded lines, and may have blanks before a colon: it leaves all of this to who writes the head anew. */
  private checkName(chunk: Buffer, at: number, byte: number): void {
    if (this.compat || ((byteClasses[byte] as number) & tokenByte) !== 0) return;
    const first = this.lineLength === 1;
    if (byte === colon && !first) {
      this.inName = false;
      return;
    }
    const folded = first && (byte === 0x20 || byte === 0x09);
    this.fail(400, folded ? "line-folded" : "field-name-invalid", chunk, at - this.lineLength + 1, at + 1);
  }

  private fail(
    status: Fault["status"],
    reason: Fault["reason"],
    bytes: Buffer,
    start: number,
    end: number,
  ): never {
    return this.refuse({ status, reason, line: this.lines + 1, bytes, start: Math.max(start, 0), end });
  }
}
