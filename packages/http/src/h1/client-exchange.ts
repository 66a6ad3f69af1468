import type { Cancellation } from "@monolake/service-async";
import { type ByteStream, copiedBytes } from "@monolake/streams";
import type { BodyLimits } from "../body/body-limits.ts";
import { BodyReceiver } from "../body/body-receiver.ts";
import { emptyBody } from "../body/fixed-bodies.ts";
import type { IncomingBodySource } from "../body/incoming-body.ts";
import { ShortBody } from "../body/short-body.ts";
import type { ResolvedHttpClientConnectionOptions } from "../client/client-options.ts";
import type { ResponseListener } from "../client/response-listener.ts";
import { ResponseHeadReader } from "../head/head-reader.ts";
import type { ResponseHead } from "../head/response-head.ts";
import type { HttpRequest } from "../message/request.ts";
import { HttpResponse } from "../message/response.ts";
import { receivedFraming } from "./response-framing.ts";

/** What a connection is told of the exchange on it. */
export interface ClientExchangeOwner {
  /** Whoever asked, or whoever should take the response, does not want it any more. */
  cancel(reason: unknown): void;
  /** An interim response: the final one may take its time again. */
  interimReceived(status: number): void;
  /** More interim responses than any request needs: what to reject with. */
  tooManyInterims(allowed: number): Error;
  /** Whoever takes the response's body can take more. */
  responseResumed(): void;
  /** The response has come, and none of its memory is in use. */
  responseSettled(): void;
  /** The upstream has left HTTP. The response for it, or what to reject with is thrown. */
  switchProtocol(head: ResponseHead, request: HttpRequest): HttpResponse;
}

/**
 * - "none": there is no request
 * - "head": the head of the response is awaited, or of the next one after an interim response
 * - "body": the response's body comes
 * - "done": the response has come, but not all of it may be taken
 */
type Phase = "none" | "head" | "body" | "done";

/** Interim responses to one request: each gives the final one its time anew, so there has to be an end. */
const maxInterims = 100;

/** A connection whose responses are longer than this reads into a buffer of its own, for the next one too. */
const ownBufferFromBytes = 16 * 1024;

/** The exchange in progress on a client connection, one after another: finds the response in what the connection reads. */
export class ClientExchange implements IncomingBodySource {
  phase: Phase = "none";
  /** Nothing of the request is left to write. */
  requestWritten = false;
  /** Not one byte of a response has come. */
  unanswered = true;
  /** As far as the response says, the connection can take another request. */
  reusable = true;
  #interims = 0;
  readonly #stream: ByteStream;
  readonly #owner: ClientExchangeOwner;
  readonly #heads: ResponseHeadReader;
  readonly #limits: BodyLimits;
  /** A body up to this length is not received in parts when it is here with its head. */
  readonly #longestWhole: number;
  #request: HttpRequest | undefined = undefined;
  #receiver: BodyReceiver | undefined = undefined;
  #listener: ResponseListener | undefined = undefined;
  /** A response that is complete, and who hears of it. */
  #complete: HttpResponse | undefined = undefined;
  #completeFor: ResponseListener | undefined = undefined;
  #cancellation: Cancellation | undefined = undefined;

  constructor(stream: ByteStream, owner: ClientExchangeOwner, options: ResolvedHttpClientConnectionOptions) {
    this.#stream = stream;
    this.#owner = owner;
    this.#limits = options;
    const { maxBodyBytes } = options;
    this.#longestWhole = maxBodyBytes > 0 ? Math.min(maxBodyBytes, copiedBytes) : copiedBytes;
    this.#heads = new ResponseHeadReader(options.headLimits, options.parsing);
  }

  /** The body is not taken as fast as it comes: reading has to stop. */
  get paused(): boolean {
    return this.#receiver?.paused ?? false;
  }

  /** The body that comes is longer than what usually comes in one read, or nobody knows how long it is. */
  get isLong(): boolean {
    const receiver = this.#receiver;
    if (this.phase !== "body" || receiver === undefined) return false;
    return receiver.remaining < 0 || receiver.bytes + receiver.remaining > ownBufferFromBytes;
  }

  /** `listener` hears of the response as soon as its head has come. */
  begin(request: HttpRequest, listener: ResponseListener, cancellation: Cancellation | undefined): void {
    this.phase = "head";
    this.#request = request;
    this.#listener = listener;
    this.unanswered = true;
    this.#interims = 0;
    this.requestWritten = false;
    this.#cancellation = cancellation;
    cancellation?.addListener(this.#owner);
  }

  /** Takes the response's part of `chunk` from `at` and returns where it ends. Throws what makes it useless. */
  receive(chunk: Buffer, at: number): number {
    let next = at;
    while (next < chunk.length && (this.phase === "head" || this.phase === "body")) {
      next = this.phase === "head" ? this.#readHead(chunk, next) : this.#readBody(chunk, next);
    }
    return next;
  }

  /** The upstream has ended its side. True when that is how the response's body ends. */
  peerEnded(): boolean {
    this.reusable = false;
    const receiver = this.#receiver;
    if (this.phase !== "body" || receiver?.framing !== "close") return false;
    this.phase = "done";
    receiver.finish();
    return true;
  }

  /** Forgets everything: the exchange is over. */
  finish(): void {
    this.phase = "none";
    this.#cancellation?.removeListener(this.#owner);
    this.#cancellation = undefined;
    this.#request = undefined;
    this.#receiver = undefined;
    this.#listener = undefined;
  }

  /**
   * Tells of a response that has come as a whole. To be called when the connection is ready for what may follow from that: for
   * the next request.
   */
  deliver(): void {
    const response = this.#complete;
    if (response === undefined) return;
    const listener = this.#completeFor;
    this.#complete = undefined;
    this.#completeFor = undefined;
    const { body } = response;
    listener?.responded(response);
    if (body instanceof ShortBody) body.keep();
  }

  /** There will be no response, or no more of it. */
  break(error: Error): void {
    const receiver = this.#receiver;
    const listener = this.#listener;
    this.finish();
    receiver?.body.break(error);
    listener?.failed(error);
  }

  bodyWanted(): void {}

  bodyResumed(): void {
    if (this.#receiver === undefined) return;
    this.#receiver.paused = false;
    this.#owner.responseResumed();
  }

  bodySettled(): void {
    this.#receiver = undefined;
    this.#owner.responseSettled();
  }

  bodyCancelled(reason: Error | undefined): void {
    this.#owner.cancel(reason);
  }

  #readHead(chunk: Buffer, at: number): number {
    this.unanswered = false;
    const request = this.#request as HttpRequest;
    const head = this.#heads.read(chunk, at);
    const next = at + this.#heads.consumed;
    if (head === undefined) return next;
    if (head.status === 101) {
      this.#keep(this.#owner.switchProtocol(head, request));
      this.finish();
    } else if (head.status < 200) {
      this.#interims += 1;
      if (this.#interims > maxInterims) throw this.#owner.tooManyInterims(maxInterims);
      request.onInformational?.(head.status, head.headers);
      this.#owner.interimReceived(head.status);
    } else return this.#startResponse(head, request, chunk, next);
    return next;
  }

  #startResponse(head: ResponseHead, request: HttpRequest, chunk: Buffer, at: number): number {
    const version = head.minorVersion === 1 ? "1.1" : "1.0";
    const response = new HttpResponse(head.status, head.reason, version, head.headers, emptyBody);
    this.reusable = head.minorVersion === 1 ? !head.connectionClose : head.connectionKeepAlive;
    const framing = receivedFraming(head, request.method);
    if (framing === "none") {
      if (announcesForbiddenContent(head)) this.reusable = false;
      this.phase = "done";
      this.#keep(response);
      this.#owner.responseSettled();
      return at;
    }
    const { contentLength } = head;
    const bodyEnd = at + contentLength;
    if (framing === "length" && contentLength <= this.#longestWhole && bodyEnd <= chunk.length) {
      this.#answerWhole(response, chunk, at, bodyEnd);
      return bodyEnd;
    }
    if (framing === "close") this.reusable = false;
    const receiver = new BodyReceiver(this, framing, contentLength, this.#limits, head.connectionOptions);
    this.#receiver = receiver;
    this.phase = "body";
    response.body = receiver.body;
    const next = at < chunk.length ? this.#readBody(chunk, at) : at;
    this.#chooseBuffer(receiver);
    this.#answer(response);
    return next;
  }

  /** A short body that came with its head: {@link deliver} sees to it that the connection is free at once. */
  #answerWhole(response: HttpResponse, chunk: Buffer, at: number, end: number): void {
    this.phase = "done";
    this.#stream.ownBuffer = false;
    response.body = new ShortBody(chunk, at, end);
    this.#keep(response);
    this.#owner.responseSettled();
  }

  #readBody(chunk: Buffer, at: number): number {
    const receiver = this.#receiver as BodyReceiver;
    const next = receiver.receive(chunk, at, this.#stream.ownsChunk);
    if (receiver.done && this.phase === "body") this.phase = "done";
    return next;
  }

  #chooseBuffer(receiver: BodyReceiver): void {
    const { bytes, done, remaining } = receiver;
    // Of unknown length, and not yet complete: it may be long.
    const total = done ? bytes : remaining < 0 ? Number.POSITIVE_INFINITY : bytes + remaining;
    this.#stream.ownBuffer = total > ownBufferFromBytes;
  }

  /** For {@link deliver}. */
  #keep(response: HttpResponse): void {
    this.#complete = response;
    this.#completeFor = this.#listener;
    this.#listener = undefined;
  }

  #answer(response: HttpResponse): void {
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.responded(response);
  }
}

/** RFC 9110 section 8.6, RFC 9112 section 6.1: who says so of a 204 all the same may send it, too, and when nobody knows. */
const announcesForbiddenContent = ({ status, chunked, contentLength }: ResponseHead): boolean =>
  status === 204 && (chunked || contentLength > 0);
