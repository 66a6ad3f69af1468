import { asError } from "@monolake/errors";
import type { Cancellation } from "@monolake/service-async";
import {
  type ByteStream,
  ConnectionDeadline,
  type StreamHandler,
  unwatchDeadline,
  watchDeadline,
} from "@monolake/streams";
import type { Body } from "../body/body.ts";
import type { ResolvedHttpClientConnectionOptions } from "../client/client-options.ts";
import { HeldBody } from "../client/held-body.ts";
import type { ResponseListener } from "../client/response-listener.ts";
import { upgradedResponse } from "../client/upgraded-response.ts";
import { UpstreamFaults } from "../client/upstream-faults.ts";
import { ChunkedEncodingError, ConnectionBusyError } from "../errors.ts";
import type { ResponseHead } from "../head/response-head.ts";
import type { HttpRequest } from "../message/request.ts";
import type { HttpResponse } from "../message/response.ts";
import { ClientExchange, type ClientExchangeOwner } from "./client-exchange.ts";
import { encodedHead, encodeRequestHead } from "./encode-head.ts";
import { MessageWriter, type MessageWriterOwner, type WrittenFraming } from "./message-writer.ts";
import { isOfferedProtocol } from "./offered-protocol.ts";
import { requestFraming } from "./request-framing.ts";

/** What happens to a client connection between requests. */
export interface ClientConnectionOwner {
  /** The exchange is over and the connection can take another request. */
  connectionIdle(connection: ClientConnection): void;
  /** The connection is gone; also when it was idle. */
  connectionClosed(connection: ClientConnection): void;
}

/**
 * - "idle": ready for a request
 * - "busy": an exchange is in progress
 * - "handed-over": the stream belongs to somebody else after a 101
 * - "closed": gone, or being destroyed
 */
type State = "idle" | "busy" | "handed-over" | "closed";

/** What the peer has to do next. */
type WaitingFor = "write" | "continue" | "head" | "body";

/**
 * The client side of one HTTP/1.1 connection (RFC 9112): one request at a time. This class sends and keeps time,
 * {@link ClientExchange} receives.
 */
export class ClientConnection implements StreamHandler, MessageWriterOwner, ClientExchangeOwner {
  readonly #stream: ByteStream;
  readonly #owner: ClientConnectionOwner;
  readonly #options: ResolvedHttpClientConnectionOptions;
  readonly #writer: MessageWriter;
  readonly #faults: UpstreamFaults;
  readonly #exchange: ClientExchange;
  readonly #deadline: ConnectionDeadline<WaitingFor>;
  #state: State = "idle";
  #requests = 0;
  /** Inside `onData`, where what follows a response has to be looked at before its exchange may be over. */
  #delivering = false;
  #settled = false;
  /** The request's body, while the peer was not heard to ask for it. */
  #held: HeldBody | undefined = undefined;

  /** The stream belongs to the connection. */
  constructor(
    stream: ByteStream,
    owner: ClientConnectionOwner,
    options: ResolvedHttpClientConnectionOptions,
  ) {
    this.#stream = stream;
    this.#owner = owner;
    this.#options = options;
    this.#writer = new MessageWriter(stream, this);
    this.#faults = new UpstreamFaults(stream, options);
    this.#exchange = new ClientExchange(stream, this, options);
    this.#deadline = new ConnectionDeadline<WaitingFor>(stream, options.writeStallTimeoutMs, (late) =>
      this.#timedOut(late),
    );
    watchDeadline(this.#deadline);
    stream.attach(this);
  }

  /** Whether it can take a request: what to look at before an idle connection is used again. */
  get idle(): boolean {
    return this.#state === "idle" && !this.#stream.closed && !this.#stream.ended;
  }

  /** How many requests it has served or serves. */
  get requests(): number {
    return this.#requests;
  }

  /**
   * Sends a request and resolves with its response as soon as the head is there. The request's headers are edited to what is
   * sent. Rejects with ERR_HTTP_UPSTREAM_CLOSED, ERR_HTTP_UPSTREAM_TIMEOUT, ERR_HTTP_UPSTREAM_PROTOCOL,
   * ERR_HTTP_RESPONSE_HEAD, or with what broke the request's body off; with ERR_HTTP_INVALID_REQUEST and
   * ERR_HTTP_CONNECTION_BUSY before anything is sent. Until the exchange is over, a cancelled `cancellation` gives it up,
   * and the connection with it: HTTP/1.1 has no other way.
   */
  send(request: HttpRequest, cancellation?: Cancellation): Promise<HttpResponse> {
    return new Promise((responded, failed) => this.start(request, { responded, failed }, cancellation));
  }

  /**
   * As {@link send}, without a promise: `listener` hears what it would resolve or reject with, when something was sent.
   * What keeps the request from being sent is thrown.
   */
  start(request: HttpRequest, listener: ResponseListener, cancellation?: Cancellation): void {
    if (!this.idle) {
      throw new ConnectionBusyError({ state: this.#state === "idle" ? "closed" : this.#state });
    }
    if (cancellation?.cancelled) throw cancellation.reason;
    const framing = requestFraming(request);
    request.expectContinue &&= this.#options.continueTimeoutMs > 0 && isAwaited(request.body, framing);
    encodeRequestHead(request, framing);
    this.#state = "busy";
    this.#requests += 1;
    this.#exchange.begin(request, listener, cancellation);
    if (request.expectContinue) this.#held = new HeldBody(request.body);
    this.#writer.start(encodedHead.buffer, encodedHead.bytes, this.#held ?? request.body, framing);
    if (this.#held !== undefined) this.#awaitPeer();
  }

  /** Gives the request up. For the cancellation that came with it, and for a response that nobody wants. */
  cancel(reason: unknown): void {
    this.#fail(asError(reason, "cancelled"));
  }

  /** Closes an idle connection, or breaks off what it does. */
  close(): void {
    this.#stream.destroy();
  }

  // === what the stream tells ===

  onData(chunk: Buffer): boolean {
    this.#delivering = true;
    try {
      const end = this.#exchange.receive(chunk, 0);
      if (end < chunk.length) this.#unexpected(chunk, end);
    } catch (error) {
      this.#fail(this.#receivingError(error));
    }
    this.#delivering = false;
    if (this.#settled) this.#finishExchange();
    // The time for a head is not for each part of it.
    else if (this.#exchange.phase !== "head") this.#awaitPeer();
    this.#exchange.deliver();
    return this.#state !== "handed-over" && !this.#exchange.paused;
  }

  onEnd(): void {
    if (this.#state === "handed-over") return;
    const { phase } = this.#exchange;
    // RFC 9112 section 9.8: over TLS there has to be an end of that, too.
    const whole = this.#stream.tls?.truncated !== true && this.#exchange.peerEnded();
    // What waits of a body that ends like this needs no connection any more.
    if (whole || phase === "none") this.#stream.destroy();
    else if (phase !== "done") this.#fail(this.#closedError());
  }

  onDrain(): void {
    this.#writer.drained();
  }

  onClose(error: Error | undefined): void {
    if (this.#state === "handed-over") return;
    unwatchDeadline(this.#deadline);
    this.#endExchange(this.#closedError(error));
    this.#owner.connectionClosed(this);
  }

  /** Bytes behind the end of a response, or on an idle connection: what follows cannot be trusted (response desync). */
  #unexpected(chunk: Buffer, at: number): void {
    this.#exchange.reusable = false;
    if (this.#state === "handed-over") this.#stream.unread(Buffer.from(chunk.subarray(at)));
    else if (this.#state === "idle") {
      this.#fail(this.#faults.protocol("sent bytes that nobody asked for"));
    }
  }

  // === what the exchange tells ===

  interimReceived(status: number): void {
    if (status === 100) this.#releaseBody();
    this.#awaitPeer();
  }

  tooManyInterims(allowed: number): Error {
    return this.#faults.protocol(`sent more than ${allowed} interim responses`);
  }

  responseResumed(): void {
    this.#awaitPeer();
    this.#stream.resume();
  }

  responseSettled(): void {
    this.#settled = true;
    if (!this.#delivering) this.#finishExchange();
  }

  switchProtocol(head: ResponseHead, request: HttpRequest): HttpResponse {
    const asked = request.upgrade && head.upgrade && isOfferedProtocol(head.headers, request.headers);
    if (!asked || !this.#exchange.requestWritten) {
      throw this.#faults.protocol("switched protocols without being asked");
    }
    this.#state = "handed-over";
    unwatchDeadline(this.#deadline);
    this.#owner.connectionClosed(this);
    return upgradedResponse(head, this.#stream, this.#options.tunnelIdleTimeoutMs);
  }

  #finishExchange(): void {
    this.#settled = false;
    if (this.#state !== "busy") return;
    const { requestWritten, reusable } = this.#exchange;
    // RFC 9112 section 9.5: an early response; what is left of the request is of no use, and so is the connection.
    if (!requestWritten || !reusable || this.#stream.ended) return this.#stream.destroy();
    this.#state = "idle";
    this.#exchange.finish();
    this.#awaitPeer();
    this.#stream.resume();
    if (this.idle) this.#owner.connectionIdle(this);
  }

  #fail(error: Error): void {
    this.#stream.destroy(error);
    this.#endExchange(error);
  }

  /** Tells everybody who takes part that there will be nothing more. */
  #endExchange(error: Error): void {
    this.#state = "closed";
    this.#held = undefined;
    this.#writer.abort(error);
    this.#exchange.break(error);
  }

  // === writing, and time ===

  messageWritten(): void {
    this.#exchange.requestWritten = true;
    this.#awaitPeer();
  }

  messageFailed(error: Error): void {
    this.#fail(error);
  }

  writeMoved(pending: boolean): void {
    this.#deadline.writeMoved(pending, this.#writer.bodyBytes);
    this.#awaitPeer();
  }

  /** The peer has to answer a request that it has; then to go on with its answer. */
  #awaitPeer(): void {
    const { phase, requestWritten, paused } = this.#exchange;
    if (phase === "head" && this.#held !== undefined)
      this.#deadline.await("continue", this.#options.continueTimeoutMs);
    else if (phase === "head" && requestWritten)
      this.#deadline.await("head", this.#options.responseHeadTimeoutMs);
    else if (phase === "body" && !paused) this.#deadline.await("body", this.#options.bodyIdleTimeoutMs);
    else this.#deadline.clear();
  }

  /** RFC 9110 section 10.1.1: a client does not wait for ever; many a server answers when it has the body. */
  #releaseBody(): void {
    const held = this.#held;
    this.#held = undefined;
    held?.release();
  }

  #timedOut(late: WaitingFor): void {
    if (late === "continue") {
      this.#releaseBody();
      return this.#awaitPeer();
    }
    this.#fail(this.#faults.late(late));
  }

  // === errors ===

  #receivingError(error: unknown): Error {
    if (error instanceof ChunkedEncodingError) return this.#faults.protocol("sent a malformed body", error);
    return asError(error);
  }

  #closedError(cause?: Error): Error {
    return this.#faults.closed({ unanswered: this.#exchange.unanswered, reused: this.#requests > 1 }, cause);
  }
}

/** A body that has yet to come, so that it may be spared. */
const isAwaited = (body: Body, framing: WrittenFraming): boolean =>
  (framing === "length" || framing === "chunked") && body.whole === undefined;
