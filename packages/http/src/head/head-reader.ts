import { canonicalHead, canonicalLine } from "./canonical-head.ts";
import { readRequestLine } from "./first-line.ts";
import { headCounts } from "./head-counts.ts";
import { HeadFrame } from "./head-frame.ts";
import { type HeadLimits, resolveHeadLimits } from "./head-limits.ts";
import type { Parsing } from "./parsing.ts";
import { readPlainRequest } from "./plain-request.ts";
import { readPlainResponse } from "./plain-response.ts";
import { refuseRequest, refuseResponse } from "./refusal.ts";
import type { RequestHead } from "./request-head.ts";
import type { ResponseHead } from "./response-head.ts";
import { readStrictRequest } from "./strict-request.ts";
import { readStrictResponse } from "./strict-response.ts";

const lineEnd = Buffer.from("\r\n");

/**
 * Reads the request heads of one connection, strictly unless it is told otherwise: what RFC 9112 leaves open is refused. After an
 * error the connection has to be closed.
 */
export class RequestHeadReader {
  /** How many bytes of the chunk of the last {@link read} belong to the head; empty lines before it included. */
  consumed: number;
  private readonly limits: HeadLimits;
  private readonly parsing: Parsing;
  private frame: HeadFrame | undefined;
  private lineJudged: boolean;

  constructor(limits?: Partial<HeadLimits>, parsing: Parsing = "strict") {
    this.consumed = 0;
    this.limits = resolveHeadLimits(limits);
    this.parsing = parsing;
    this.frame = undefined;
    this.lineJudged = false;
  }

  /** Some bytes of a head have come, but not all: the time a client may take for it is running. */
  get started(): boolean {
    return this.frame?.started === true;
  }

  /**
   * Reads on from `offset`. Returns the head once it is complete, else undefined, with all of the chunk taken. The
   * chunk is borrowed: nothing points into it afterwards. Throws ERR_HTTP_REQUEST_HEAD, with the status to answer
   * with, as soon as it is certain that there is no acceptable head.
   */
  read(chunk: Buffer, offset: number): RequestHead | undefined {
    if (this.frame === undefined) {
      const head = readPlainRequest(chunk, offset, chunk.length, this.limits);
      if (head !== undefined) {
        this.consumed = head.bytes;
        headCounts.fastRequests++;
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
      headCounts.refusedRequests++;
      throw error;
    }
  }

  /** Forgets what has come of a head. */
  reset(): void {
    this.consumed = 0;
    this.frame = undefined;
    this.lineJudged = false;
  }

  private readFramed(chunk: Buffer, offset: number): RequestHead | undefined {
    const whole = this.frame === undefined;
    this.frame ??= new HeadFrame(this.limits, refuseRequest, true, this.parsing);
    const frame = this.frame;
    const end = frame.scan(chunk, offset);
    if (end === -1) {
      this.consumed = chunk.length - offset;
      this.judgeFirstLine(frame);
      return undefined;
    }
    const taken = frame.take(chunk, end);
    const bytes = this.parsing === "strict" ? taken : canonicalHead(taken, true, refuseRequest);
    const plain =
      whole && frame.chunkStart === offset && bytes === taken
        ? undefined
        : readPlainRequest(bytes, 0, bytes.length, this.limits);
    if (plain !== undefined) headCounts.fastRequests++;
    const firstLineEnd = bytes === taken ? frame.firstLineEnd : bytes.indexOf(lineEnd);
    const head = plain ?? readStrictRequest(bytes, firstLineEnd, this.limits);
    if (plain === undefined) headCounts.llhttpRequests++;
    this.reset();
    this.consumed = end - offset;
    return head;
  }

  /** A first line that cannot be one is refused before the rest has come, which may be never. */
  private judgeFirstLine(frame: HeadFrame): void {
    if (this.lineJudged || frame.firstLineEnd === -1 || frame.held === undefined) return;
    const line = this.parsing === "strict" ? frame.held : canonicalLine(frame.held, frame.firstLineEnd);
    const end = this.parsing === "strict" ? frame.firstLineEnd : line.length;
    readRequestLine(line, end, this.limits, refuseRequest);
    this.lineJudged = true;
  }
}

/** Reads the response heads of one connection; as {@link RequestHeadReader}, with ERR_HTTP_RESPONSE_HEAD. */
export class ResponseHeadReader {
  /** How many bytes of the chunk of the last {@link read} belong to the head. */
  consumed: number;
  private readonly limits: HeadLimits;
  private readonly parsing: Parsing;
  private frame: HeadFrame | undefined;

  constructor(limits?: Partial<HeadLimits>, parsing: Parsing = "strict") {
    this.consumed = 0;
    this.limits = resolveHeadLimits(limits);
    this.parsing = parsing;
    this.frame = undefined;
  }

  /** Some bytes of a head have come, but not all. */
  get started(): boolean {
    return this.frame?.started === true;
  }

  /** As {@link RequestHeadReader.read}; throws ERR_HTTP_RESPONSE_HEAD. */
  read(chunk: Buffer, offset: number): ResponseHead | undefined {
    if (this.frame === undefined) {
      const head = readPlainResponse(chunk, offset, chunk.length, this.limits);
      if (head !== undefined) {
        this.consumed = head.bytes;
        headCounts.fastResponses++;
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
      headCounts.refusedResponses++;
      throw error;
    }
  }

  /** Forgets what has come of a head. */
  reset(): void {
    this.consumed = 0;
    this.frame = undefined;
  }

  private readFramed(chunk: Buffer, offset: number): ResponseHead | undefined {
    const whole = this.frame === undefined;
    this.frame ??= new HeadFrame(this.limits, refuseResponse, false, this.parsing);
    const frame = this.frame;
    const end = frame.scan(chunk, offset);
    if (end === -1) {
      this.consumed = chunk.length - offset;
      return undefined;
    }
    const taken = frame.take(chunk, end);
    const bytes = this.parsing === "strict" ? taken : canonicalHead(taken, false, refuseResponse);
    const plain =
      whole && bytes === taken ? undefined : readPlainResponse(bytes, 0, bytes.length, this.limits);
    if (plain !== undefined) headCounts.fastResponses++;
    const firstLineEnd = bytes === taken ? frame.firstLineEnd : bytes.indexOf(lineEnd);
    const head = plain ?? readStrictResponse(bytes, firstLineEnd, this.limits);
    if (plain === undefined) headCounts.llhttpResponses++;
    this.reset();
    this.consumed = end - offset;
    return head;
  }
}
