import type { Cancellation } from "@monolake/service-async";
import { deadlineIn } from "@monolake/streams";
import { defaultBodyLimits } from "../body/body-limits.ts";
import { emptyBody } from "../body/fixed-bodies.ts";
import type { ResponseListener } from "../client/response-listener.ts";
import { BodyTooLargeError, ClientGoneError, InvalidResponseError, RequestTimeoutError } from "../errors.ts";
import type { RequestHead } from "../head/request-head.ts";
import type { Headers } from "../headers/headers.ts";
import type { HttpContext } from "../http-handler.ts";
import { hearResponse } from "../message/coming-response.ts";
import { HttpRequest } from "../message/request.ts";
import type { HttpResponse } from "../message/response.ts";
import { checkResponse } from "../server/check-response.ts";
import { errorResponse, methodNotAllowed, statusOfError } from "../server/error-response.ts";
import { createExchangeReport, type ExchangeReport } from "../server/exchange-report.ts";
import { runUpgraded } from "../server/run-upgraded.ts";
import { timeoutError } from "../server/server-timeouts.ts";
import type { Serving } from "../server/serving.ts";
import { fromUpgrade } from "./extended-connect.ts";
import { areTrailers } from "./fields.ts";
import { errorCodes } from "./frames.ts";
import type { FieldSection } from "./hpack/field-decoder.ts";
import type { Http2Stream, StreamListener } from "./http2-stream.ts";
import { RequestBody, type RequestBodyOwner } from "./request-body.ts";
import { responseFields } from "./response-head.ts";
import type { ServerExchangeOwner } from "./server-exchange-owner.ts";
import { StreamWriter, type StreamWriterOwner } from "./stream-writer.ts";
import { tunnelStream } from "./tunnel-stream.ts";

/**
 * - "awaited": the handler has the request, or is about to get it
 * - "sending": the final response is being written
 * - "written": nothing is left to write of it
 * - "tunnel": the stream belongs to what a 101 has joined it with
 * - "over": the stream is gone
 */
type State = "awaited" | "sending" | "written" | "tunnel" | "over";

/** One request and its answer: a stream of an HTTP/2 connection, from the side of the server (RFC 9113 section 8.1). */
export class ServerExchange<Context extends HttpContext>
  implements StreamListener, RequestBodyOwner, StreamWriterOwner, ResponseListener
{
  /** As of `deadlineIn`. */
  deadlineMs = Number.POSITIVE_INFINITY;
  /** It was broken off because the client took nothing of its answer. */
  stalled = false;
  readonly #stream: Http2Stream;
  readonly #serving: Serving<Context>;
  readonly #owner: ServerExchangeOwner;
  readonly #body: RequestBody;
  readonly #writer: StreamWriter;
  readonly #report: ExchangeReport | undefined;
  #state: State = "awaited";
  #request: HttpRequest | undefined = undefined;
  #cancellation: Cancellation | undefined = undefined;
  #continueExpected = false;
  #writePending = false;
  /** The client has no part in that its answer is not whole. */
  #answerBroken = false;
  #totalMs = Number.POSITIVE_INFINITY;

  constructor(stream: Http2Stream, serving: Serving<Context>, owner: ServerExchangeOwner) {
    this.#stream = stream;
    this.#serving = serving;
    this.#owner = owner;
    this.#body = new RequestBody(stream, serving.options, this);
    this.#writer = new StreamWriter(stream, this);
    this.#report = createExchangeReport(serving.options.onExchange, serving.context);
    stream.listener = this;
  }

  /** Takes the request; `complete` when no body follows. True when it can be given to the handler, see {@link call}. */
  begin(head: RequestHead, complete: boolean): boolean {
    const { requestTimeoutMs } = this.#serving.options;
    if (requestTimeoutMs > 0) {
      this.#totalMs = deadlineIn(requestTimeoutMs);
      this.#awaitPeer();
    }
    const request = new HttpRequest(head.method, head.target, "2", head.headers, emptyBody, head.upgrade);
    request.expectContinue = head.expectContinue && !complete;
    request.judgedTarget = head.target;
    this.#request = request;
    this.#continueExpected = request.expectContinue;
    this.#report?.begin(request, head.target);
    if (head.upgrade) this.#expectTunnel(complete);
    else if (!complete) this.#expectBody(request, head.contentLength);
    if (head.method === "CONNECT") this.#refuseWith(methodNotAllowed());
    return this.#state === "awaited";
  }

  /** Answers what is no acceptable request. */
  refuse(error: unknown): void {
    this.#refuseWith(errorResponse(statusOfError(error)), error as Error);
  }

  // === the handler ===

  /** Gives the request to the handler, if there is still somebody to answer. */
  call(): void {
    const request = this.#request;
    if (this.#state !== "awaited" || request === undefined || this.#stream.closed) return;
    const { handler, options, context: connectionContext } = this.#serving;
    const context = connectionContext.fork();
    this.#cancellation = context.cancellation;
    this.#report?.called(context);
    request.onInformational = this.#inform;
    try {
      options.onRequest?.(request, context);
      hearResponse(handler.call(request, context), this);
    } catch (error) {
      this.failed(error);
    }
  }

  responded(response: HttpResponse): void {
    if (this.#state !== "awaited") return response?.body?.cancel?.(new ClientGoneError());
    try {
      checkResponse(response);
      if (response.status === 101 && this.#request?.upgrade === true) return this.#handOver(response);
      if (response.status === 101 || response.status > 599)
        throw new InvalidResponseError({ what: `its status, ${response.status}, does not exist in HTTP/2` });
      this.#start(response);
    } catch (error) {
      response?.body?.cancel?.();
      // Behind its head nothing can be answered any more.
      if (this.#state === "awaited") this.failed(error);
      else this.#broken(error);
    }
  }

  /** The handler failed: the client sees a status and nothing else. */
  failed(error: unknown): void {
    if (this.#state !== "awaited") return;
    this.#tell(error);
    this.#answerError(errorResponse(statusOfError(error)));
  }

  #answerError(response: HttpResponse): void {
    try {
      this.#start(response);
    } catch (fault) {
      this.#broken(fault);
    }
  }

  readonly #inform = (status: number, headers: Headers): void => {
    if (this.#state !== "awaited" || this.#stream.closed) return;
    if (status === 100) return this.continueWanted();
    // They are hints: for a client that takes nothing they would only pile up. 101 does not exist here.
    if (status < 102 || status > 199 || this.#owner.congested) return;
    this.#stream.sendFields(responseFields.encodeInterim(status, headers), false);
  };

  continueWanted(): void {
    if (!this.#continueExpected || this.#state !== "awaited" || this.#stream.closed) return;
    this.#continueExpected = false;
    this.#stream.sendFields([":status", "100"], false);
  }

  // === the answer ===

  #start(response: HttpResponse): void {
    const stream = this.#stream;
    if (stream.closed) return response.body.cancel(new ClientGoneError());
    const { body } = response;
    const bodiless = this.#request?.method === "HEAD" || response.status === 204 || response.status === 304;
    const length = body.length >= 0 ? body.length : bodiless ? -1 : (body.whole?.length ?? -1);
    const fields = responseFields.encode(response, bodiless, length);
    const ended = bodiless || length === 0;
    this.#state = "sending";
    stream.sendFields(fields, ended);
    this.#report?.answered(response);
    if (!ended) return this.#writer.start(body, length);
    this.#written();
    body.cancel();
  }

  bodyWritten(trailers: Headers | undefined): void {
    const stream = this.#stream;
    if (!stream.endSent && trailers === undefined) stream.end();
    else if (!stream.endSent) stream.sendFields(responseFields.encodeTrailers(trailers as Headers), true);
    this.#written();
  }

  bodyFailed(error: Error): void {
    this.#broken(error);
  }

  sent(all: boolean): void {
    this.#writer.sent(all);
  }

  #written(): void {
    this.#state = "written";
    if (this.#stream.endReceived) return;
    // RFC 9113 section 8.1: an answer that needs no more of the request; the client may stop sending it.
    this.#body.discard();
    this.#stream.reset(errorCodes.noError);
  }

  /** Half an answer must not look like a whole one. */
  #broken(error: unknown): void {
    this.#answerBroken = true;
    this.#tell(error);
    this.#breakRequest(error instanceof Error ? error : new Error(String(error), { cause: error }));
    this.#writer.abort(undefined);
    this.#stream.reset(errorCodes.internalError);
  }

  /** An answer that the handler has no part in. Without a reason it says all itself. */
  #refuseWith(response: HttpResponse, reason?: Error): void {
    this.#report?.refused(reason);
    if (reason !== undefined) this.#breakRequest(reason);
    if (this.#state !== "awaited") this.#stream.reset(errorCodes.cancel);
    else this.#answerError(response);
  }

  #breakRequest(reason: Error): void {
    this.#body.break(reason);
    this.#cancellation?.cancel(reason);
  }

  #tell(error: unknown): void {
    this.#report?.failed(error);
    try {
      this.#serving.options.onError(error, this.#request);
    } catch (fault) {
      process.emitWarning(fault instanceof Error ? fault : String(fault));
    }
  }

  // === the end ===

  readonly streamClosed = (): void => {
    if (this.#state === "over") return;
    const written = this.#state === "written" || this.#state === "tunnel";
    const complete = written && this.#stream.errorCode === errorCodes.noError;
    this.#state = "over";
    this.deadlineMs = Number.POSITIVE_INFINITY;
    if (complete) {
      this.#writer.abort(undefined);
      this.#body.discard();
    } else this.#gone();
    this.#report?.end(this.#body.bytes, this.#writer.bodyBytes, complete);
    // An upstream that comes late must not talk into what is over.
    if (this.#request !== undefined) this.#request.onInformational = undefined;
    this.#cancellation?.detach();
    this.#owner.exchangeOver(this as unknown as ServerExchange<never>, !complete && !this.#answerBroken);
  };

  #gone(): void {
    const reason = new ClientGoneError();
    this.#breakRequest(reason);
    this.#writer.abort(reason);
    this.#report?.failed(reason);
  }

  // === a stream that leaves HTTP ===

  /** The stream of an extended CONNECT stays open; what comes on it is nobody's before there is a tunnel. */
  #expectTunnel(complete: boolean): void {
    if (complete) return this.#refuseWith(errorResponse(400));
    this.#body.expect(-1, defaultBodyLimits);
  }

  #handOver(response: HttpResponse): void {
    const stream = this.#stream;
    if (stream.closed) return response.body.cancel(new ClientGoneError());
    fromUpgrade((this.#request as HttpRequest).headers, response);
    stream.sendFields(responseFields.encode(response, true, -1), false);
    this.#state = "tunnel";
    this.#totalMs = Number.POSITIVE_INFINITY;
    this.#awaitPeer();
    this.#report?.answered(response);
    const bytes = tunnelStream(stream, this.#owner.peer, this.streamClosed);
    runUpgraded(response, bytes, (failure) => {
      if (failure !== undefined) this.#tell(failure.error);
      if (!stream.closed) bytes.destroy();
    });
  }

  // === the request's body ===

  #expectBody(request: HttpRequest, length: number): void {
    const { maxBodyBytes } = this.#serving.options;
    request.body = this.#body.expect(length);
    if (maxBodyBytes > 0 && length > maxBodyBytes)
      this.refuse(new BodyTooLargeError({ maxBytes: maxBodyBytes, bytes: length }));
  }

  fieldsReceived({ fields }: FieldSection, ended: boolean): void {
    if (!ended || !areTrailers(fields)) return this.#stream.reset(errorCodes.protocolError);
    this.#body.trailersReceived(fields);
  }

  dataReceived(chunk: Buffer): void {
    this.#body.received(chunk);
  }

  endReceived(): void {
    this.#body.ended();
  }

  requestRefused(error: Error): void {
    this.refuse(error);
  }

  requestMoved(): void {
    this.#awaitPeer();
  }

  // === time ===

  writeMoved(pending: boolean): void {
    this.#writePending = pending;
    this.#awaitPeer();
  }

  /** What the client has to take comes before what it has to send. */
  #awaitPeer(): void {
    const awaitedMs = this.#body.awaitedUntilMs(this.#writePending);
    const stallMs = this.#writePending
      ? deadlineIn(this.#serving.options.writeStallTimeoutMs)
      : Number.POSITIVE_INFINITY;
    this.deadlineMs = Math.min(awaitedMs, stallMs, this.#totalMs);
    this.#owner.deadlineSet(this.deadlineMs);
  }

  /** Its time is over. */
  expire(nowMs: number): void {
    this.deadlineMs = Number.POSITIVE_INFINITY;
    const { options } = this.#serving;
    if (this.#totalMs <= nowMs) {
      const error = new RequestTimeoutError({ timeoutMs: options.requestTimeoutMs });
      // RFC 9110 section 15.5.9: too late, but it is the client that has not finished.
      return this.#refuseWith(errorResponse(this.#body.done ? statusOfError(error) : 408), error);
    }
    // A slow client takes what the system holds for it, before there is room for more.
    if (this.#writePending && this.#owner.moving()) return this.#awaitPeer();
    const late = this.#writePending ? "write" : this.#body.late;
    this.stalled = late === "write";
    this.refuse(timeoutError(late, options));
  }
}
