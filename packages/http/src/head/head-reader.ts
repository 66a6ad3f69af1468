import { canonicalHead, canonicalLine } from "./canonical-head.ts";
import { readRequestLine, readStatusLine } from "./first-line.ts";
import { headCounts } from "./head-counts.ts";
import { HeadFrame } from "./head-frame.ts";
import { type HeadLimits, resolveHeadLimits } from "./head-limits.ts";
import type { Parsing } from "./parsing.ts";
import { readPlainRequest } from "./plain-request.ts";
import { readPlainResponse } from "./plain-response.ts";
import { type Refuse, refuseRequest, refuseResponse } from "./refusal.ts";
import type { RequestHead } from "./request-head.ts";
import type { ResponseHead } from "./response-head.ts";
import { readStrictRequest } from "./strict-request.ts";
import { readStrictResponse } from "./strict-response.ts";

const lineEnd = Buffer.from("\r\n");

/** Reads the heads of one connection: on the fast path where they are whole and plain, else framed first and then judged. */
abstract class HeadReader<Head extends RequestHead | ResponseHead> {
  /** How many bytes of the chunk of the last {@link read} belong to the head; empty lines before it included. */
  consumed: number;
  protected readonly limits: HeadLimits;
  protected readonly parsing: Parsing;
  private readonly isRequest: boolean;
  private readonly refuse: Refuse;
  protected frame: HeadFrame | undefined;
  private lineJudged: boolean;

  constructor(isRequest: boolean, limits: Partial<HeadLimits> | undefined, parsing: Parsing) {
    this.consumed = 0;
    this.limits = resolveHeadLimits(limits);
    this.parsing = parsing;
    this.isRequest = isRequest;
    this.refuse = isRequest ? refuseRequest : refuseResponse;
    this.frame = undefined;
    this.lineJudged = false;
  }

  /** Some bytes of a head have come, but not all: the time a peer may take for it is running. */
  get started(): boolean {
    return this.frame?.started === true;
  }

  /**
   * Reads on from `offset`. Returns the head once it is complete, else undefined, with all of the chunk taken. The
   * chunk is borrowed: nothing points into it afterwards. Throws ERR_HTTP_REQUEST_HEAD, with the status to answer
   * with, or ERR_HTTP_RESPONSE_HEAD, as soon as it is certain that there is no acceptable head.
   */
  read(chunk: Buffer, offset: number): Head | undefined {
    if (this.frame === undefined) {
      const head = this.readPlain(chunk, offset, chunk.length);
      if (head !== undefined) {
        this.consumed = head.bytes;
        return head;
      }
      if (offset === chunk.length) {
        this.consumed = 0;
        return undefined;
      }
    }
    try {
      return this.readFramed(chunk, offset);
    } catch (error) {
      this.refused();
      throw error;
    }
  }

  /** Forgets what has come of a head. */
  reset(): void {
    this.consumed = 0;
    this.frame = undefined;
    this.lineJudged = false;
  }

  /** The head from `start` on when it is all there and plain; undefined says nothing but that others have to look. */
  protected abstract readPlain(bytes: Buffer, start: number, end: number): Head | undefined;
  /** The head that `bytes` are, by our own strict rules and by llhttp. */
  protected abstract readStrict(bytes: Buffer, firstLineEnd: number): Head;
  /** Throws when the first `end` bytes cannot be a head's first line. */
  protected abstract judgeLine(bytes: Buffer, end: number): void;
  /** For the counts. */
  protected abstract refused(): void;

  private readFramed(chunk: Buffer, offset: number): Head | undefined {
    const whole = this.frame === undefined;
    this.frame ??= new HeadFrame(this.limits, this.refuse, this.isRequest, this.parsing);
    const frame = this.frame;
    const end = frame.scan(chunk, offset);
    if (end === -1) {
      this.consumed = chunk.length - offset;
      this.judgeEarly(frame);
      return undefined;
    }
    const taken = frame.take(chunk, end);
    const bytes = this.parsing === "strict" ? taken : canonicalHead(taken, this.isRequest, this.refuse);
    const known = whole && frame.chunkStart === offset && bytes === taken;
    const plain = known ? undefined : this.readPlain(bytes, 0, bytes.length);
    const firstLineEnd = bytes === taken ? frame.firstLineEnd : bytes.indexOf(lineEnd);
    const head = plain ?? this.readStrict(bytes, firstLineEnd);
    this.reset();
    this.consumed = end - offset;
    return head;
  }

  /** A first line that cannot be one is refused before the rest has come, which may be never. */
  private judgeEarly({ held, firstLineEnd }: HeadFrame): void {
    if (this.lineJudged || firstLineEnd === -1 || held === undefined) return;
    this.judgeLine(held, firstLineEnd);
    this.lineJudged = true;
  }
}

/**
 * Reads the request heads of one connection, strictly unless it is told otherwise: what RFC 9112 leaves open is refused. After an
 * error the connection has to be closed.
 */
export class RequestHeadReader extends HeadReader<RequestHead> {
  constructor(limits?: Partial<HeadLimits>, parsing: Parsing = "strict") {
    super(true, limits, parsing);
  }

  /** The head that comes, or was refused, is that of a HEAD request. */
  get asksForHead(): boolean {
    return this.frame?.asksForHead === true;
  }

  protected readPlain(bytes: Buffer, start: number, end: number): RequestHead | undefined {
    const head = readPlainRequest(bytes, start, end, this.limits);
    if (head !== undefined) headCounts.fastRequests++;
    return head;
  }

  protected readStrict(bytes: Buffer, firstLineEnd: number): RequestHead {
    const head = readStrictRequest(bytes, firstLineEnd, this.limits);
    headCounts.llhttpRequests++;
    return head;
  }

  protected judgeLine(bytes: Buffer, end: number): void {
    const line = this.parsing === "strict" ? bytes : canonicalLine(bytes, end);
    readRequestLine(line, this.parsing === "strict" ? end : line.length, this.limits, refuseRequest);
  }

  protected refused(): void {
    headCounts.refusedRequests++;
  }
}

/** Reads the response heads of one connection; as {@link RequestHeadReader}, with ERR_HTTP_RESPONSE_HEAD. */
export class ResponseHeadReader extends HeadReader<ResponseHead> {
  constructor(limits?: Partial<HeadLimits>, parsing: Parsing = "strict") {
    super(false, limits, parsing);
  }

  protected readPlain(bytes: Buffer, start: number, end: number): ResponseHead | undefined {
    const head = readPlainResponse(bytes, start, end, this.limits);
    if (head !== undefined) headCounts.fastResponses++;
    return head;
  }

  protected readStrict(bytes: Buffer, firstLineEnd: number): ResponseHead {
    const head = readStrictResponse(bytes, firstLineEnd, this.limits);
    headCounts.llhttpResponses++;
    return head;
  }

  protected judgeLine(bytes: Buffer, end: number): void {
    readStatusLine(bytes, end, refuseResponse);
  }

  protected refused(): void {
    headCounts.refusedResponses++;
  }
}
