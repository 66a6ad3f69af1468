import type { ServerHttp2Stream } from "node:http2";
import { constants } from "node:http2";
import type { Cancellation } from "@monolake/service-async";
import { type ByteStream, deadlineIn } from "@monolake/streams";
import { emptyBody } from "../body/fixed-bodies.ts";
import {
  BodyDiscardedError,
  BodyTooLargeError,
  ClientGoneError,
  InvalidResponseError,
  RequestTimeoutError,
} from "../errors.ts";
import type { RequestHead } from "../head/request-head.ts";
import type { Headers } from "../headers/headers.ts";
import type { HttpContext } from "../http-handler.ts";
import { HttpRequest } from "../message/request.ts";
import type { HttpResponse } from "../message/response.ts";
import { BodyPace } from "../server/body-pace.ts";
import { checkResponse } from "../server/check-response.ts";
import { errorResponse, methodNotAllowed, statusOfError } from "../server/error-response.ts";
import { createExchangeReport, type ExchangeReport } from "../server/exchange-report.ts";
import { runUpgraded } from "../server/run-upgraded.ts";
import { timeoutError } from "../server/server-timeouts.ts";
import type { Serving } from "../server/serving.ts";
import { fromUpgrade } from "./extended-connect.ts";
import { fieldRecord } from "./fields.ts";
import { resetStream } from "./reset-stream.ts";
import { responseFields } from "./response-head.ts";
import { StreamBody, type StreamBodyOwner } from "./stream-body.ts";
import { StreamWriter, type StreamWriterOwner } from "./stream-writer.ts";
import { tunnelStream } from "./tunnel-stream.ts";

/** What a connection is told of the exchanges on it. */
export interface ServerExchangeOwner {
  /** The stream is gone. `complete`: with the whole answer. */
  exchangeOver(exchange: ServerExchange<never>, complete: boolean): void;
  /** A deadline may be earlier than all before. */
  deadlineSet(deadlineMs: number): void;
  /** Bytes of a message have come, or were taken. */
  progressed(): void;
  /** Where both ends of the connection are. */
  readonly peer: Pick<ByteStream, "localAddress" | "remoteAddress">;
}

/**
 * - "awaited": the handler has the request, or is about to get it
 * - "sending": the final response is being written
 * - "written": nothing is left to write of it
 * - "tunnel": the stream belongs to what a 101 has joined it with
 * - "over": the stream is gone
 */
type State = "awaited" | "sending" | "written" | "tunnel" | "over";

/** A body up to this size is one write. */
const longestWhole = 64 * 1024;
const { NGHTTP2_NO_ERROR, NGHTTP2_CANCEL, NGHTTP2_INTERNAL_ERROR } = constants;

/** One request and its answer: a stream of an HTTP/2 connection, from the side of the server (RFC 9113 section 8.1). */
export class ServerExchange<Context extends HttpContext> implements StreamBodyOwner, StreamWriterOwner {
  /** As of `deadlineIn`. */
  deadlineMs = Number.POSITIVE_INFINITY;
  /** It was broken off because the client took nothing of its answer. */
  stalled = false;
  readonly #stream: ServerHttp2Stream;
  readonly #serving: Serving<Context>;
  readonly #owner: ServerExchangeOwner;
  readonly #writer: StreamWriter;
  readonly #report: ExchangeReport | undefined;
  #state: State = "awaited";
  #request: HttpRequest | undefined = undefined;
  #receiver: StreamBody | undefined = undefined;
  #pace: BodyPace | undefined = undefined;
  #cancellation: Cancellation | undefined = undefined;
  #continueExpected = false;
  #trailers: Headers | undefined = undefined;
  #waitsForTrailers = false;
  #writePending = false;
  #totalMs = Number.POSITIVE_INFINITY;

  constructor(stream: ServerHttp2Stream, serving: Serving<Context>, owner: ServerExchangeOwner) {
    this.#stream = stream;
    this.#serving = serving;
    this.#owner = owner;
    this.#writer = new StreamWriter(stream, this);
    this.#report = createExchangeReport(serving.options.onExchange, serving.context);
    stream.on("error", ignore);
    stream.on("aborted", () => this.#aborted());
    stream.on("close", () => this.#closed());
  }

  /** Serves the request; `complete` when no body follows. */
  begin(head: RequestHead, complete: boolean): void {
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
    if (head.method === "CONNECT") this.#refuseWith(methodNotAllowed(), new ClientGoneError());
    if (this.#state !== "awaited") return;
    request.onInformational = (status, headers) => this.#inform(status, headers);
    this.#call(request);
  }

  /** Answers what is no acceptable request. */
  refuse(error: unknown): void {
    this.#refuseWith(errorResponse(statusOfError(error)), error as Error);
  }

  /** Breaks it off: its connection has to end. */
  cancel(): void {
    this.#stream.close(NGHTTP2_CANCEL);
  }

  // === the handler ===

  #call(request: HttpRequest): void {
    const { handler, options, context: connectionContext } = this.#serving;
    const context = connectionContext.fork();
    this.#cancellation = context.cancellation;
    this.#report?.called(context);
    try {
      options.onRequest?.(request, context);
      handler.call(request, context).then(
        (response) => this.#respond(response),
        (error) => this.#fail(error),
      );
    } catch (error) {
      this.#fail(error);
    }
  }

  #respond(response: HttpResponse): void {
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
      if (this.#state === "awaited") this.#fail(error);
      else this.#broken(error);
    }
  }

  /** The handler failed: the client sees a status and nothing else. */
  #fail(error: unknown): void {
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

  #inform(status: number, headers: Headers): void {
    if (this.#state !== "awaited" || this.#stream.destroyed) return;
    if (status === 100) return this.#sendContinue();
    // They are hints: for a client that takes nothing they would only pile up. 101 does not exist here.
    if (status < 102 || status > 199) return;
    responseFields.removeConnection(headers);
    try {
      this.#stream.additionalHeaders({ ...fieldRecord(headers), ":status": status });
    } catch (error) {
      this.#tell(error);
    }
  }

  #sendContinue(): void {
    if (!this.#continueExpected || this.#state !== "awaited" || this.#stream.destroyed) return;
    this.#continueExpected = false;
    this.#stream.additionalHeaders({ ":status": 100 });
  }

  // === the answer ===

  #start(response: HttpResponse): void {
    const stream = this.#stream;
    if (stream.destroyed || stream.closed) return response.body.cancel(new ClientGoneError());
    const { body } = response;
    const bodiless = this.#request?.method === "HEAD" || response.status === 204 || response.status === 304;
    const whole = bodiless ? undefined : body.whole;
    const length = body.length >= 0 ? body.length : (whole?.length ?? -1);
    const fields = responseFields.encode(response, bodiless, length);
    const endStream = bodiless || length === 0;
    this.#waitsForTrailers = !endStream && length < 0;
    stream.respond(fields, { endStream, waitForTrailers: this.#waitsForTrailers });
    this.#state = "sending";
    this.#report?.answered(response);
    if (this.#waitsForTrailers) stream.on("wantTrailers", () => this.#sendTrailers());
    if (endStream) {
      this.#written();
      body.cancel();
    } else if (whole !== undefined && whole.length <= longestWhole) {
      this.#writer.startWhole(body, whole);
      this.#written();
    } else this.#writer.start(body, length);
  }

  bodyWritten(trailers: Headers | undefined): void {
    this.#trailers = trailers;
    this.#stream.end();
    this.#written();
  }

  bodyFailed(error: Error): void {
    this.#broken(error);
  }

  #sendTrailers(): void {
    if (this.#stream.destroyed || this.#stream.closed) return;
    const trailers = this.#trailers;
    if (trailers !== undefined) responseFields.removeConnection(trailers);
    this.#stream.sendTrailers(trailers === undefined ? {} : fieldRecord(trailers));
  }

  #written(): void {
    this.#state = "written";
    const receiver = this.#receiver;
    if (receiver === undefined || receiver.done) return;
    // RFC 9113 section 8.1: an answer that needs no more of the request; the client may stop sending it.
    if (this.#stream.writableFinished) this.#endRequest();
    else this.#stream.once("finish", () => this.#endRequest());
  }

  #endRequest(): void {
    const receiver = this.#receiver;
    if (this.#state === "over" || receiver === undefined || receiver.done) return;
    receiver.break(new BodyDiscardedError());
    this.#stream.close(NGHTTP2_NO_ERROR);
  }

  /** Half an answer must not look like a whole one. */
  #broken(error: unknown): void {
    this.#tell(error);
    this.#breakRequest(error instanceof Error ? error : new Error(String(error), { cause: error }));
    this.#writer.abort(undefined);
    resetStream(this.#stream, NGHTTP2_INTERNAL_ERROR);
  }

  /** An answer that the handler has no part in. */
  #refuseWith(response: HttpResponse, reason: Error): void {
    this.#report?.refused(reason);
    const begun = this.#state !== "awaited";
    if (begun) this.#stream.close(NGHTTP2_CANCEL);
    else this.#answerError(response);
    this.#breakRequest(reason);
  }

  #breakRequest(reason: Error): void {
    this.#receiver?.break(reason);
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

  #aborted(): void {
    if (this.#state === "awaited" || this.#state === "sending") this.#gone();
  }

  #gone(): void {
    const reason = new ClientGoneError();
    this.#breakRequest(reason);
    this.#writer.abort(reason);
    this.#report?.failed(reason);
  }

  #closed(): void {
    if (this.#state === "over") return;
    const written = this.#state === "written" || this.#state === "tunnel";
    const complete = written && this.#stream.rstCode === NGHTTP2_NO_ERROR;
    if (!complete) this.#gone();
    else {
      this.#writer.abort(undefined);
      if (this.#receiver?.done === false) this.#receiver.break(new BodyDiscardedError());
    }
    this.#state = "over";
    this.deadlineMs = Number.POSITIVE_INFINITY;
    this.#report?.end(this.#receiver?.bytes ?? 0, this.#writer.bodyBytes, complete);
    // An upstream that comes late must not talk into what is over.
    if (this.#request !== undefined) this.#request.onInformational = undefined;
    this.#cancellation?.detach();
    this.#owner.exchangeOver(this as unknown as ServerExchange<never>, complete);
  }

  // === a stream that leaves HTTP ===

  /** The stream of an extended CONNECT stays open; what comes on it is nobody's before there is a tunnel. */
  #expectTunnel(complete: boolean): void {
    if (complete) return this.#refuseWith(errorResponse(400), new ClientGoneError());
    this.#receiver = new StreamBody(this.#stream, this, -1, 0);
  }

  #handOver(response: HttpResponse): void {
    const stream = this.#stream;
    if (stream.destroyed || stream.closed) return response.body.cancel(new ClientGoneError());
    fromUpgrade((this.#request as HttpRequest).headers, response);
    stream.respond(responseFields.encode(response, true, -1), { endStream: false });
    this.#state = "tunnel";
    this.#receiver = undefined;
    this.#totalMs = Number.POSITIVE_INFINITY;
    this.#awaitPeer();
    this.#report?.answered(response);
    runUpgraded(response, tunnelStream(stream, this.#owner.peer), (failure) => {
      if (failure !== undefined) this.#tell(failure.error);
      if (!stream.destroyed) stream.destroy();
    });
  }

  // === the request's body ===

  #expectBody(request: HttpRequest, length: number): void {
    const { maxBodyBytes } = this.#serving.options;
    this.#receiver = new StreamBody(this.#stream, this, length, maxBodyBytes);
    request.body = this.#receiver.body;
    if (maxBodyBytes > 0 && length > maxBodyBytes)
      this.refuse(new BodyTooLargeError({ maxBytes: maxBodyBytes, bytes: length }));
  }

  bodyWanted(): void {
    this.#sendContinue();
    this.#pace = new BodyPace(this.#serving.options);
    this.#pace.begin();
  }

  bodyMoved(): void {
    this.#owner.progressed();
    this.#awaitPeer();
  }

  bodySettled(): void {}

  bodyCancelled(): void {
    this.#awaitPeer();
  }

  bodyRefused(error: Error): void {
    this.refuse(error);
  }

  // === time ===

  writeMoved(pending: boolean): void {
    this.#writePending = pending;
    if (!pending) this.#owner.progressed();
    this.#awaitPeer();
  }

  /** What the client has to take comes before what it has to send. */
  #awaitPeer(): void {
    const { options } = this.#serving;
    const receiver = this.#receiver;
    let deadlineMs = Number.POSITIVE_INFINITY;
    if (this.#writePending) deadlineMs = deadlineIn(options.writeStallTimeoutMs);
    else if (receiver?.awaited === true) deadlineMs = this.#pace?.wait(receiver.bytes) ?? deadlineMs;
    else this.#pace?.pause();
    this.deadlineMs = Math.min(deadlineMs, this.#totalMs);
    this.#owner.deadlineSet(this.deadlineMs);
  }

  /** Its time is over. */
  expire(nowMs: number): void {
    this.deadlineMs = Number.POSITIVE_INFINITY;
    const { options } = this.#serving;
    if (this.#totalMs <= nowMs) {
      const unfinished = this.#receiver !== undefined && !this.#receiver.done;
      const error = new RequestTimeoutError({ timeoutMs: options.requestTimeoutMs });
      // RFC 9110 section 15.5.9: too late, but it is the client that has not finished.
      return this.#refuseWith(errorResponse(unfinished ? 408 : statusOfError(error)), error);
    }
    const late = this.#writePending ? "write" : this.#pace?.tooSlow === true ? "rate" : "body";
    this.stalled = late === "write";
    this.refuse(timeoutError(late, options));
  }
}

const ignore = (): void => {};
