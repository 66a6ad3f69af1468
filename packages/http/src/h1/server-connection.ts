import type { Cancellation, Service } from "@monolake/service-async";
import {
  type ByteStream,
  deadlineIn,
  type Expiring,
  type StreamHandler,
  unwatchDeadline,
  watchDeadline,
} from "@monolake/streams";
import type { HttpContext } from "../http-handler.ts";
import { BodyReceiver } from "../body/body-receiver.ts";
import { emptyBody } from "../body/fixed-bodies.ts";
import type { IncomingBodySource } from "../body/incoming-body.ts";
import { BodyTooLargeError, ClientGoneError, ClientTimeoutError, IncompleteMessageError } from "../errors.ts";
import { RequestHeadReader } from "../head/head-reader.ts";
import type { RequestHead } from "../head/request-head.ts";
import { Headers } from "../headers/headers.ts";
import { HttpRequest } from "../message/request.ts";
import type { HttpResponse } from "../message/response.ts";
import { statusText } from "../message/status-text.ts";
import { encodedHead, encodeInformationalHead, encodeResponseHead } from "./encode-head.ts";
import { errorResponse, statusOfError } from "./error-response.ts";
import { MessageWriter, type MessageWriterOwner, type WrittenFraming } from "./message-writer.ts";
import { checkResponse, responseFraming } from "./response-framing.ts";
import type { ResolvedHttpServerOptions } from "./server-options.ts";

/** What a connection serves its requests with. */
export interface Serving<Context extends HttpContext> {
  readonly handler: Service<HttpRequest, HttpResponse, Context>;
  /** The connection's; each request gets a fork of it. */
  readonly context: Context;
  readonly options: ResolvedHttpServerOptions;
}

/** A request body that nobody reads is read away up to this size; beyond it the connection closes. */
const maxDrainedBytes = 64 * 1024;
/** After the last response, for the client to take it and close its side (RFC 9112 section 9.6). */
const lingerTimeoutMs = 2_000;
/** A body that is longer than this, and does not come with its head, gets a read buffer of its own. */
const ownBufferFromBytes = 32 * 1024;

/**
 * What the connection does with the bytes that come.
 * - "head": they are the next request's head
 * - "body": they are the request's body
 * - "nothing": the request is complete and its answer is not; they belong to the next request and wait
 * - "leaving": the last answer is given; they are thrown away
 * - "handed-over": the stream belongs to somebody else
 */
type Reading = "head" | "body" | "nothing" | "leaving" | "handed-over";

/** Whom the deadline is for. */
type WaitingFor = "request" | "head" | "body" | "write" | "close" | "nobody";

/**
 * The server side of one HTTP/1.1 connection (RFC 9112): requests one after another, each given to the handler as soon as
 * its head is there, each answered before the next one is read.
 */
export class ServerConnection<Context extends HttpContext>
  implements StreamHandler, Expiring, MessageWriterOwner, IncomingBodySource {
  deadlineMs = Number.POSITIVE_INFINITY;
  readonly #stream: ByteStream;
  readonly #options: ResolvedHttpServerOptions;
  readonly #handler: Service<HttpRequest, HttpResponse, Context>;
  readonly #context: Context;
  readonly #closed: () => void;
  readonly #heads: RequestHeadReader;
  readonly #writer: MessageWriter;
  #reading: Reading = "head";
  #waitingFor: WaitingFor = "nobody";
  #requests = 0;
  #persist = true;
  #queuedBytes = 0;
  /** The request in progress, and what belongs to it. */
  #request: HttpRequest | undefined = undefined;
  #receiver: BodyReceiver | undefined = undefined;
  #cancellation: Cancellation | undefined = undefined;
  #continueExpected = false;
  #answered = false;
  #written = false;
  /** Bound once for the connection, not for each request. */
  readonly #answer = (response: HttpResponse): void => this.#respond(response);
  readonly #answerFailure = (error: unknown): void => this.#handlerFailed(error);
  readonly #informational = (status: number, headers: Headers): void => this.#inform(status, headers);

  /** `closed` is called once, when the connection is over. The stream belongs to the connection. */
  constructor(stream: ByteStream, serving: Serving<Context>, closed: () => void) {
    const { options } = serving;
    this.#stream = stream;
    this.#handler = serving.handler;
    this.#context = serving.context;
    this.#options = options;
    this.#closed = closed;
    this.#heads = new RequestHeadReader({
      maxHeadBytes: options.maxHeadBytes,
      maxFields: options.maxHeaderFields,
      maxTargetBytes: options.maxTargetBytes,
    });
    this.#writer = new MessageWriter(stream, this);
  }

  /** Begins to serve. */
  start(): void {
    watchDeadline(this);
    this.#wait("request", this.#options.headTimeoutMs);
    this.#stream.attach(this);
  }

  // === what the stream tells ===

  onData(chunk: Buffer): boolean {
    let at = 0;
    while (at < chunk.length) {
      if (this.#reading === "head") at = this.#readHead(chunk, at);
      else if (this.#reading === "body") {
        at = this.#readBody(chunk, at);
        if (this.#receiver?.paused && this.#reading === "body") return false;
      } else if (this.#reading === "leaving") return true;
      else {
        // The next request waits, in memory of its own, until this one is answered.
        this.#stream.unread(Buffer.from(chunk.subarray(at)));
        return false;
      }
    }
    return !(this.#receiver?.paused ?? false);
  }

  onEnd(): void {
    // A client may end its side and still wait for the answer to a complete request.
    this.#persist = false;
    if (this.#reading === "body") {
      this.#receiver?.connectionEnded(new IncompleteMessageError({ where: "a request body" }));
      this.#cancellation?.cancel(new ClientGoneError());
      this.#stream.destroy();
    } else if (this.#request === undefined) this.#leave();
  }

  onDrain(): void {
    this.#writer.drained();
  }

  onClose(error: Error | undefined): void {
    unwatchDeadline(this);
    const reason = new ClientGoneError({ cause: error });
    this.#reading = "leaving";
    this.#answered = true;
    this.#receiver?.connectionEnded(reason);
    this.#writer.abort(reason);
    this.#cancellation?.cancel(reason);
    this.#closed();
  }

  onDeadline(): void {
    const { headTimeoutMs, bodyIdleTimeoutMs } = this.#options;
    if (this.#waitingFor === "head") {
      this.#refuse(408, new ClientTimeoutError({ waitingFor: "the rest of its head", timeoutMs: headTimeoutMs }));
    } else if (this.#waitingFor === "body") {
      this.#refuse(408, new ClientTimeoutError({ waitingFor: "more of its body", timeoutMs: bodyIdleTimeoutMs }));
    } else if (this.#waitingFor === "write" && this.#stream.queuedBytes !== this.#queuedBytes) {
      // Slow, but it takes something.
      this.writeMoved(true);
    } else this.#stream.destroy();
  }

  // === reading ===

  #readHead(chunk: Buffer, at: number): number {
    const begun = this.#heads.started;
    let head: RequestHead | undefined;
    try {
      head = this.#heads.read(chunk, at);
    } catch (error) {
      this.#refuse(statusOfError(error), error);
      return chunk.length;
    }
    const next = at + this.#heads.consumed;
    if (head !== undefined) return this.#startRequest(head, chunk, next);
    if (!begun && this.#heads.started) this.#wait("head", this.#options.headTimeoutMs);
    return next;
  }

  #startRequest(head: RequestHead, chunk: Buffer, at: number): number {
    this.#requests += 1;
    this.#answered = false;
    this.#written = false;
    this.#persist = this.#keepsAlive(head);
    this.#continueExpected = head.expectContinue && head.minorVersion === 1;
    this.#reading = "nothing";
    this.#wait("nobody", 0);
    const version = head.minorVersion === 1 ? "1.1" : "1.0";
    const request = new HttpRequest(head.method, head.target, version, head.headers, emptyBody, head.upgrade);
    this.#request = request;
    request.onInformational = this.#informational;
    const next = head.chunked || head.contentLength > 0 ? this.#openBody(request, head, chunk, at) : at;
    if (!this.#answered) this.#dispatch(request);
    return next;
  }

  #keepsAlive(head: RequestHead): boolean {
    const max = this.#options.maxRequestsPerConnection;
    if (head.connectionClose || this.#stream.ended || (max > 0 && this.#requests >= max)) return false;
    return head.minorVersion === 1 || head.connectionKeepAlive;
  }

  /** Takes in what came of the body with the head, so that a small one is complete before the handler sees it. */
  #openBody(request: HttpRequest, head: RequestHead, chunk: Buffer, at: number): number {
    const { maxBodyBytes } = this.#options;
    if (maxBodyBytes > 0 && head.contentLength > maxBodyBytes) {
      this.#refuse(413, new BodyTooLargeError({ maxBytes: maxBodyBytes, bytes: head.contentLength }));
      return chunk.length;
    }
    const receiver = new BodyReceiver(this, head.chunked ? "chunked" : "length", head.contentLength, maxBodyBytes);
    this.#receiver = receiver;
    this.#reading = "body";
    request.body = receiver.body;
    const next = at < chunk.length ? this.#readBody(chunk, at) : at;
    if (!receiver.done && (head.chunked || receiver.remaining > ownBufferFromBytes)) this.#stream.ownBuffer = true;
    return next;
  }

  #readBody(chunk: Buffer, at: number): number {
    const receiver = this.#receiver as BodyReceiver;
    let next: number;
    try {
      next = receiver.receive(chunk, at, this.#stream.ownsChunk);
    } catch (error) {
      receiver.body.break(error as Error);
      this.#refuse(error instanceof BodyTooLargeError ? 413 : 400, error);
      return chunk.length;
    }
    if (receiver.done && this.#reading === "body") {
      this.#reading = "nothing";
      this.#wait("nobody", 0);
    } else if (this.#reading === "body") {
      this.#wait(receiver.paused ? "nobody" : "body", receiver.paused ? 0 : this.#options.bodyIdleTimeoutMs);
    }
    return next;
  }

  bodyWanted(): void {
    if (!this.#continueExpected || this.#answered) return;
    this.#continueExpected = false;
    this.#writeInformational(100, new Headers());
  }

  bodyResumed(): void {
    const receiver = this.#receiver;
    if (receiver === undefined) return;
    receiver.paused = false;
    if (this.#reading === "body") this.#wait("body", this.#options.bodyIdleTimeoutMs);
    this.#stream.resume();
  }

  bodySettled(): void {
    if (this.#receiver !== undefined) this.#receiver.paused = false;
    if (this.#written) this.#finishExchange();
    else this.#stream.resume();
  }

  bodyCancelled(): void {
    // What comes of it is thrown away; how much of that is worth it is decided when the answer is written.
    this.bodyResumed();
  }

  // === answering ===

  #dispatch(request: HttpRequest): void {
    const context = this.#context.fork();
    this.#cancellation = context.cancellation;
    let answer: Promise<HttpResponse>;
    try {
      answer = this.#handler.call(request, context);
    } catch (error) {
      return this.#handlerFailed(error);
    }
    answer.then(this.#answer, this.#answerFailure);
  }

  #handlerFailed(error: unknown): void {
    if (this.#answered) return;
    this.#options.onError(error);
    this.#respond(errorResponse(statusOfError(error)));
  }

  #respond(response: HttpResponse): void {
    const request = this.#request;
    if (this.#answered || request === undefined) return response.body.cancel(new ClientGoneError());
    const version = request.version === "1.0" ? "1.0" : "1.1";
    let framing: WrittenFraming;
    try {
      checkResponse(response);
      if (response.status === 101) return this.#upgrade(request, response);
      this.#answered = true;
      framing = responseFraming(response, request.method, version);
      this.#persist &&= response.persist && framing !== "close" && this.#bodyEndIsNear();
      encodeResponseHead(response, { version, framing, persist: this.#persist });
    } catch (error) {
      this.#answered = false;
      response.body.cancel();
      if (response.status === 500) return this.#stream.destroy();
      return this.#handlerFailed(error);
    }
    this.#writer.start(encodedHead.buffer, encodedHead.bytes, response.body, framing);
  }

  /** False when keeping the connection would mean to read away a long body that nobody wants. */
  #bodyEndIsNear(): boolean {
    const receiver = this.#receiver;
    if (receiver === undefined || receiver.done || receiver.body.used) return true;
    return !this.#continueExpected && receiver.remaining >= 0 && receiver.remaining <= maxDrainedBytes;
  }

  /** An answer that the handler has no part in, and the last one on this connection. */
  #refuse(status: number, error: unknown): void {
    this.#reading = "leaving";
    this.#persist = false;
    this.#receiver?.body.break(error as Error);
    this.#cancellation?.cancel(error as Error);
    if (this.#answered || this.#writer.active) return this.#stream.destroy();
    this.#answered = true;
    const response = errorResponse(status);
    encodeResponseHead(response, { version: "1.1", framing: "length", persist: false });
    this.#writer.start(encodedHead.buffer, encodedHead.bytes, response.body, "length");
  }

  #inform(status: number, headers: Headers): void {
    if (this.#answered || this.#request?.version !== "1.1" || status < 100 || status > 199 || status === 101) return;
    if (status === 100) {
      if (!this.#continueExpected) return;
      this.#continueExpected = false;
    }
    this.#writeInformational(status, headers);
  }

  #writeInformational(status: number, headers: Headers): void {
    encodeInformationalHead(status, statusText(status), headers);
    this.#stream.write(Buffer.from(encodedHead.buffer.subarray(0, encodedHead.bytes)));
  }

  #upgrade(request: HttpRequest, response: HttpResponse): void {
    if (!request.upgrade || response.upgraded === undefined) {
      throw new TypeError("101 answers a request that did not ask for an upgrade");
    }
    this.#answered = true;
    this.#reading = "handed-over";
    encodeInformationalHead(101, response.reason, response.headers);
    this.#stream.write(Buffer.from(encodedHead.buffer.subarray(0, encodedHead.bytes)));
    unwatchDeadline(this);
    response.upgraded(this.#stream).then(this.#closed, this.#closed);
  }

  writeMoved(pending: boolean): void {
    if (pending) {
      this.#queuedBytes = this.#stream.queuedBytes;
      this.#wait("write", this.#options.writeStallTimeoutMs);
    } else this.#wait("nobody", 0);
  }

  messageFailed(error: Error, headSent: boolean): void {
    this.#options.onError(error);
    if (headSent || this.#reading === "leaving") return this.#stream.destroy();
    this.#answered = false;
    this.#refuse(502, error);
  }

  messageWritten(): void {
    this.#written = true;
    const receiver = this.#receiver;
    if (!this.#persist) return this.#leave();
    if (receiver === undefined) return this.#finishExchange();
    if (receiver.body.settled) return this.#finishExchange();
    if (receiver.done) return receiver.body.used ? undefined : receiver.body.cancel();
    // The answer is complete and the request is not.
    if (receiver.remaining < 0 || receiver.remaining > maxDrainedBytes) return this.#leave();
    this.#wait("body", this.#options.bodyIdleTimeoutMs);
    receiver.body.cancel();
  }

  #finishExchange(): void {
    this.#request = undefined;
    this.#receiver = undefined;
    this.#cancellation?.detach();
    this.#cancellation = undefined;
    this.#written = false;
    this.#reading = "head";
    this.#stream.ownBuffer = false;
    if (this.#stream.ended) return this.#leave();
    this.#wait("request", this.#options.keepAliveTimeoutMs);
    this.#stream.resume();
  }

  #leave(): void {
    this.#reading = "leaving";
    this.#request = undefined;
    this.#receiver?.body.cancel(new ClientGoneError());
    this.#receiver = undefined;
    this.#stream.end();
    this.#wait("close", lingerTimeoutMs);
    this.#stream.resume();
  }

  #wait(waitingFor: WaitingFor, timeoutMs: number): void {
    this.#waitingFor = waitingFor;
    this.deadlineMs = deadlineIn(timeoutMs);
  }
}
