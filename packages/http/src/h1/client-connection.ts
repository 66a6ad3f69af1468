import type { Cancellation } from "@monolake/service-async";
import {
  type ByteStream,
  deadlineIn,
  type Expiring,
  formatAddress,
  type StreamHandler,
  tunnel,
  unwatchDeadline,
  watchDeadline,
} from "@monolake/streams";
import { BodyReceiver } from "../body/body-receiver.ts";
import { emptyBody } from "../body/fixed-bodies.ts";
import type { IncomingBodySource } from "../body/incoming-body.ts";
import { ConnectionBusyError, UpstreamClosedError, UpstreamProtocolError, UpstreamTimeoutError } from "../errors.ts";
import { ResponseHeadReader } from "../head/head-reader.ts";
import type { ResponseHead } from "../head/response-head.ts";
import type { HttpRequest } from "../message/request.ts";
import { HttpResponse } from "../message/response.ts";
import type { ResolvedHttpClientConnectionOptions } from "./client-options.ts";
import { encodedHead, encodeRequestHead } from "./encode-head.ts";
import { MessageWriter, type MessageWriterOwner } from "./message-writer.ts";
import { requestFraming } from "./request-framing.ts";

/** What happens to a client connection between requests. */
export interface ClientConnectionOwner {
  /** The exchange is over and the connection can take another request. */
  connectionIdle(connection: ClientConnection): void;
  /** The connection is gone; also when it was idle. */
  connectionClosed(connection: ClientConnection): void;
}

/** A response at least this much longer than what came with its head gets a read buffer of its own. */
const ownBufferFromBytes = 16 * 1024;

/**
 * - "idle": ready for a request
 * - "head": a request is sent, its response's head is awaited
 * - "body": the response's body comes
 * - "done": the response is complete, but not all of it is taken or not all of the request is sent
 * - "handed-over": the stream belongs to somebody else after a 101
 * - "closed"
 */
type State = "idle" | "head" | "body" | "done" | "handed-over" | "closed";

/** The client side of one HTTP/1.1 connection (RFC 9112): one request at a time. */
export class ClientConnection implements StreamHandler, Expiring, MessageWriterOwner, IncomingBodySource {
  deadlineMs = Number.POSITIVE_INFINITY;
  readonly #stream: ByteStream;
  readonly #owner: ClientConnectionOwner;
  readonly #options: ResolvedHttpClientConnectionOptions;
  readonly #heads: ResponseHeadReader;
  readonly #writer: MessageWriter;
  #state: State = "idle";
  #requests = 0;
  #request: HttpRequest | undefined = undefined;
  #resolve: ((response: HttpResponse) => void) | undefined = undefined;
  #reject: ((error: Error) => void) | undefined = undefined;
  #receiver: BodyReceiver | undefined = undefined;
  #cancellation: Cancellation | undefined = undefined;
  #unanswered = true;
  #reusable = true;
  #requestWritten = false;
  #queuedBytes = 0;
  #writePending = false;

  /** The stream belongs to the connection. */
  constructor(stream: ByteStream, owner: ClientConnectionOwner, options: ResolvedHttpClientConnectionOptions) {
    this.#stream = stream;
    this.#owner = owner;
    this.#options = options;
    this.#heads = new ResponseHeadReader({ maxHeadBytes: options.maxHeadBytes, maxFields: options.maxHeaderFields });
    this.#writer = new MessageWriter(stream, this);
    watchDeadline(this);
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
   * Sends a request and resolves with its response as soon as the head is there. The request's headers are edited to what is sent.
   * Rejects with ERR_HTTP_UPSTREAM_CLOSED, ERR_HTTP_UPSTREAM_TIMEOUT, ERR_HTTP_UPSTREAM_PROTOCOL, ERR_HTTP_RESPONSE_HEAD, or
   * with what broke the request's body off. Until the exchange is over, a cancelled `cancellation` gives it up, and the
   * connection with it: HTTP/1.1 has no other way.
   */
  send(request: HttpRequest, cancellation?: Cancellation): Promise<HttpResponse> {
    if (!this.idle) return Promise.reject(new ConnectionBusyError({ state: this.#state }));
    if (cancellation?.cancelled) return Promise.reject(cancellation.reason);
    this.#cancellation = cancellation;
    cancellation?.addListener(this);
    this.#state = "head";
    this.#requests += 1;
    this.#request = request;
    this.#unanswered = true;
    this.#requestWritten = false;
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      const framing = requestFraming(request);
      encodeRequestHead(request, framing);
      this.#writer.start(encodedHead.buffer, encodedHead.bytes, request.body, framing);
    });
  }

  /** Gives the request up. For the cancellation that came with it. */
  cancel(reason: unknown): void {
    this.#fail(reason instanceof Error ? reason : new Error("cancelled", { cause: reason }));
  }

  /** Closes an idle connection, or breaks off what it does. */
  close(): void {
    this.#stream.destroy();
  }

  // === what the stream tells ===

  onData(chunk: Buffer): boolean {
    let at = 0;
    while (at < chunk.length) {
      if (this.#state === "head") at = this.#readHead(chunk, at);
      else if (this.#state === "body") at = this.#readBody(chunk, at);
      else return this.#unexpected(chunk, at);
    }
    // What came behind a 101 waits for whoever takes the stream over.
    if (this.#state === "handed-over") return false;
    return !(this.#receiver?.paused ?? false);
  }

  onEnd(): void {
    this.#reusable = false;
    if (this.#state === "head") this.#fail(this.#closedError());
    else if (this.#state === "body") this.#receiver?.connectionEnded(this.#closedError());
    if (this.#state !== "done") this.#stream.destroy();
  }

  onDrain(): void {
    this.#writer.drained();
  }

  onClose(error: Error | undefined): void {
    if (this.#state === "handed-over") return;
    unwatchDeadline(this);
    const reason = this.#closedError(error);
    this.#receiver?.connectionEnded(reason);
    this.#reject?.(reason);
    this.#state = "closed";
    this.#writer.abort(reason);
    this.#forgetExchange();
    this.#owner.connectionClosed(this);
  }

  onDeadline(): void {
    if (this.#writePending && this.#stream.queuedBytes !== this.#queuedBytes) return this.writeMoved(true);
    const { writeStallTimeoutMs, responseHeadTimeoutMs, bodyIdleTimeoutMs } = this.#options;
    const [waitingFor, timeoutMs] = this.#writePending
      ? (["taking the request", writeStallTimeoutMs] as const)
      : this.#state === "head"
        ? (["its response", responseHeadTimeoutMs] as const)
        : (["more of its response", bodyIdleTimeoutMs] as const);
    this.#fail(new UpstreamTimeoutError({ address: this.#address, waitingFor, timeoutMs }));
  }

  // === reading ===

  #readHead(chunk: Buffer, at: number): number {
    this.#unanswered = false;
    try {
      const head = this.#heads.read(chunk, at);
      const next = at + this.#heads.consumed;
      if (head === undefined) return next;
      if (head.status >= 200) return this.#startResponse(head, chunk, next);
      if (head.status === 101) return this.#switchProtocol(head, chunk, next);
      this.#request?.onInformational?.(head.status, head.headers);
      this.#awaitHead();
      return next;
    } catch (error) {
      this.#fail(error as Error);
      return chunk.length;
    }
  }

  #startResponse(head: ResponseHead, chunk: Buffer, at: number): number {
    const request = this.#request as HttpRequest;
    const version = head.minorVersion === 1 ? "1.1" : "1.0";
    const response = new HttpResponse(head.status, head.reason, version, head.headers, emptyBody);
    this.#reusable = head.minorVersion === 1 ? !head.connectionClose : head.connectionKeepAlive;
    const next = this.#openBody(request, head, response, chunk, at);
    const resolve = this.#resolve;
    this.#resolve = undefined;
    this.#reject = undefined;
    resolve?.(response);
    if (this.#receiver === undefined) this.#responseComplete();
    return next;
  }

  #openBody(request: HttpRequest, head: ResponseHead, response: HttpResponse, chunk: Buffer, at: number): number {
    // RFC 9112 section 6.3: these never have a body, whatever their fields say.
    const none = request.method === "HEAD" || head.status === 204 || head.status === 304;
    if (none || (head.contentLength === 0 && !head.chunked)) {
      this.#state = "done";
      return at;
    }
    const framing = head.chunked ? "chunked" : head.contentLength > 0 ? "length" : "close";
    if (framing === "close") this.#reusable = false;
    const receiver = new BodyReceiver(this, framing, head.contentLength, 0);
    this.#receiver = receiver;
    this.#state = "body";
    response.body = receiver.body;
    const next = at < chunk.length ? this.#readBody(chunk, at) : at;
    if (!receiver.done) {
      if (receiver.remaining < 0 || receiver.remaining > ownBufferFromBytes) this.#stream.ownBuffer = true;
      this.#wait(this.#options.bodyIdleTimeoutMs);
    } else if (receiver.bytes <= ownBufferFromBytes) this.#stream.ownBuffer = false;
    return next;
  }

  #readBody(chunk: Buffer, at: number): number {
    const receiver = this.#receiver as BodyReceiver;
    try {
      const next = receiver.receive(chunk, at, this.#stream.ownsChunk);
      if (!receiver.done) this.#wait(receiver.paused ? 0 : this.#options.bodyIdleTimeoutMs);
      else if (this.#state === "body") this.#bodyDone();
      return next;
    } catch (error) {
      this.#fail(new UpstreamProtocolError({ address: this.#address, what: "sent a malformed body", cause: error }));
      return chunk.length;
    }
  }

  #bodyDone(): void {
    this.#state = "done";
    this.#wait(0);
  }

  /** Bytes behind the end of a response, or on an idle connection: what follows cannot be trusted (response desync). */
  #unexpected(chunk: Buffer, at: number): boolean {
    if (this.#state === "handed-over") {
      this.#stream.unread(Buffer.from(chunk.subarray(at)));
      return false;
    }
    this.#reusable = false;
    if (this.#state === "idle") {
      this.#stream.destroy(
        new UpstreamProtocolError({ address: this.#address, what: "sent bytes that nobody asked for" }),
      );
    }
    return !(this.#receiver?.paused ?? false);
  }

  #switchProtocol(head: ResponseHead, chunk: Buffer, at: number): number {
    const request = this.#request as HttpRequest;
    if (!request.upgrade || !head.upgrade) {
      throw new UpstreamProtocolError({ address: this.#address, what: "switched protocols without being asked" });
    }
    const response = new HttpResponse(101, head.reason, "1.1", head.headers, emptyBody);
    const stream = this.#stream;
    response.upgraded = (client) => tunnel(client, stream);
    this.#state = "handed-over";
    unwatchDeadline(this);
    if (at < chunk.length) stream.unread(Buffer.from(chunk.subarray(at)));
    this.#resolve?.(response);
    this.#forgetExchange();
    this.#owner.connectionClosed(this);
    return chunk.length;
  }

  bodyWanted(): void {}

  bodyResumed(): void {
    const receiver = this.#receiver;
    if (receiver === undefined) return;
    receiver.paused = false;
    if (this.#state === "body") this.#wait(this.#options.bodyIdleTimeoutMs);
    this.#stream.resume();
  }

  bodySettled(): void {
    if (this.#receiver !== undefined) this.#receiver.paused = false;
    this.#receiver = undefined;
    this.#responseComplete();
  }

  bodyCancelled(reason: Error | undefined): void {
    this.#fail(reason ?? this.#closedError());
  }

  // === the end of an exchange ===

  #responseComplete(): void {
    if (this.#state === "closed" || this.#state === "handed-over") return;
    this.#state = "done";
    // RFC 9112 section 9.5: an early response; what is left of the request is of no use, and so is the connection.
    if (!this.#requestWritten || !this.#reusable || this.#stream.ended) return this.#stream.destroy();
    this.#state = "idle";
    this.#forgetExchange();
    this.#wait(0);
    this.#owner.connectionIdle(this);
    if (this.idle) this.#stream.resume();
  }

  #fail(error: Error): void {
    const reject = this.#reject;
    const receiver = this.#receiver;
    this.#forgetExchange();
    this.#writer.abort(error);
    this.#stream.destroy(error);
    receiver?.body.break(error);
    reject?.(error);
  }

  #forgetExchange(): void {
    this.#cancellation?.removeListener(this);
    this.#cancellation = undefined;
    this.#request = undefined;
    this.#receiver = undefined;
    this.#resolve = undefined;
    this.#reject = undefined;
  }

  #closedError(cause?: Error): UpstreamClosedError {
    return new UpstreamClosedError({
      address: this.#address,
      unanswered: this.#unanswered,
      reused: this.#requests > 1,
      cause,
    });
  }

  // === writing ===

  messageWritten(): void {
    this.#requestWritten = true;
    if (this.#state === "head") this.#awaitHead();
  }

  messageFailed(error: Error): void {
    this.#fail(error);
  }

  writeMoved(pending: boolean): void {
    this.#writePending = pending;
    if (pending) this.#queuedBytes = this.#stream.queuedBytes;
    this.#wait(pending ? this.#options.writeStallTimeoutMs : 0);
  }

  #awaitHead(): void {
    this.#wait(this.#options.responseHeadTimeoutMs);
  }

  #wait(timeoutMs: number): void {
    this.deadlineMs = deadlineIn(timeoutMs);
  }

  get #address(): string {
    return formatAddress(this.#stream.remoteAddress);
  }
}
