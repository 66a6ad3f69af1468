import { MonolakeError } from "@monolake/errors";
import {
  type ByteStream,
  ConnectionDeadline,
  deadlineIn,
  type StreamHandler,
  unwatchDeadline,
  watchDeadline,
} from "@monolake/streams";
import type { BodyReceiver } from "../body/body-receiver.ts";
import type { IncomingBodySource } from "../body/incoming-body.ts";
import {
  BodyDiscardedError,
  ClientGoneError,
  IncompleteMessageError,
  RequestTimeoutError,
} from "../errors.ts";
import { PrefaceMatch, prefaceBytes } from "../h2/preface.ts";
import { RequestHeadReader } from "../head/head-reader.ts";
import type { RequestHead } from "../head/request-head.ts";
import type { Headers } from "../headers/headers.ts";
import type { HttpContext } from "../http-handler.ts";
import type { HttpResponse } from "../message/response.ts";
import { BodyPace } from "../server/body-pace.ts";
import { errorResponse, methodNotAllowed, statusOfError } from "../server/error-response.ts";
import { createExchangeReport } from "../server/exchange-report.ts";
import { runUpgraded } from "../server/run-upgraded.ts";
import type { ResolvedHttpServerOptions } from "../server/server-options.ts";
import {
  lingerTimeoutMs,
  longestLingerMs,
  timeoutError,
  type WaitingFor,
} from "../server/server-timeouts.ts";
import type { Serving } from "../server/serving.ts";
import { CurrentRequest } from "./current-request.ts";
import { HandlerCalls } from "./handler-calls.ts";
import { ServerAnswer, type ServerAnswerOwner } from "./server-answer.ts";

/** A body that is longer than this, and does not come with its head, gets a read buffer of its own. */
const ownBufferFromBytes = 32 * 1024;

/**
 * What the connection does with the bytes that come.
 * - "first": nobody knows yet which version of HTTP they are
 * - "head": they are the next request's head
 * - "body": they are the request's body
 * - "nothing": the request is complete and its exchange is not; they belong to the next request and wait
 * - "leaving": the last answer is given or begun; they are thrown away
 * - "handed-over": the stream belongs to somebody else
 */
type Reading = "first" | "head" | "body" | "nothing" | "leaving" | "handed-over";

/**
 * The server side of one HTTP/1.1 connection (RFC 9112): requests one after another, each given to the handler as soon as
 * its head is there, each answered before the next one is read. This class reads, {@link ServerAnswer} writes, and
 * {@link ConnectionDeadline} knows for how long.
 */
export class ServerConnection<Context extends HttpContext>
  implements StreamHandler, IncomingBodySource, ServerAnswerOwner
{
  readonly #stream: ByteStream;
  readonly #options: ResolvedHttpServerOptions;
  readonly #closed: () => void;
  readonly #heads: RequestHeadReader;
  readonly #answer: ServerAnswer;
  readonly #calls: HandlerCalls<Context>;
  readonly #deadline: ConnectionDeadline<WaitingFor>;
  readonly #current: CurrentRequest;
  /** Made with the first body. */
  #pace: BodyPace | undefined = undefined;
  #reading: Reading;
  /** The client has ended its side, and nothing of what came before that is left to read. */
  #clientEnded = false;
  /** While it is "leaving" and the answer is given. */
  #lingersUntilMs = Number.POSITIVE_INFINITY;
  readonly #inform = (status: number, headers: Headers): void => this.#answer.inform(status, headers);

  /** While it is "first". */
  #preface: PrefaceMatch | undefined = undefined;
  readonly #beganHttp2: (() => void) | undefined;

  /**
   * `closed` is called once, when the connection is over. The stream belongs to the connection, until it turns out to be one
   * of HTTP/2: then `beganHttp2` gets it, with all bytes put back, instead of `closed`. Left out, there is no HTTP/2.
   */
  constructor(stream: ByteStream, serving: Serving<Context>, closed: () => void, beganHttp2?: () => void) {
    const { options } = serving;
    this.#beganHttp2 = beganHttp2;
    this.#reading = beganHttp2 === undefined ? "head" : "first";
    this.#stream = stream;
    this.#options = options;
    this.#closed = closed;
    this.#heads = new RequestHeadReader(options.headLimits, options.parsing);
    this.#current = new CurrentRequest(createExchangeReport(options.onExchange, serving.context));
    this.#answer = new ServerAnswer(stream, this.#current, this);
    this.#calls = new HandlerCalls(serving, this.#current, this.#answer, stream);
    this.#deadline = new ConnectionDeadline<WaitingFor>(stream, options.writeStallTimeoutMs, (late) =>
      this.#timedOut(late),
    );
  }

  /** Begins to serve; with `last`, one request only. */
  start(last: boolean): void {
    this.#current.last = last;
    watchDeadline(this.#deadline);
    this.#deadline.await("request", this.#options.firstByteTimeoutMs);
    this.#stream.attach(this);
  }

  /** Ends the connection politely: at once when it is idle, else behind the answer to the request in progress. */
  drain(): void {
    this.#current.last = true;
    this.#answer.persist = false;
    if (this.#reading !== "head" && this.#reading !== "first") return;
    // A head that has begun, and a client that has only just come and may have sent one, get as long as one gets to leave.
    if (this.#heads.started || this.#current.count === 0) this.#deadline.await("head", lingerTimeoutMs);
    else this.#leave();
  }

  // === what the stream tells ===

  onData(chunk: Buffer): boolean {
    let at = 0;
    while (at < chunk.length) {
      if (this.#reading === "head") at = this.#readHead(chunk, at);
      else if (this.#reading === "body") at = this.#readBody(chunk, at);
      else if (this.#reading === "leaving") return this.#throwAway();
      else if (this.#reading === "first") at = this.#readFirst(chunk, at);
      else {
        // The next request, or what follows an upgrade, waits in memory of its own.
        const rest = chunk.subarray(at);
        this.#stream.unread(this.#stream.ownsChunk ? rest : Buffer.from(rest));
        return false;
      }
    }
    if (this.#reading === "leaving") return this.#throwAway();
    return !this.#current.paused && this.#reading !== "handed-over";
  }

  onEnd(): void {
    if (this.#reading === "handed-over") return;
    // A client may end its side and still wait for the answer to a complete request.
    this.#clientEnded = true;
    this.#answer.persist = false;
    if (this.#reading === "body") this.#requestEnded(new IncompleteMessageError({ where: "a request body" }));
    else if (this.#current.request === undefined) this.#leave();
  }

  /** The client has broken its request off: there is nobody to answer. */
  #requestEnded(reason: Error): void {
    const begun = this.#answer.state === "sending";
    this.#current.report?.failed(reason);
    this.#answer.abort(reason);
    this.#breakRequest(reason);
    // Half an answer must not look like a whole one.
    this.#stream.destroy(begun ? reason : undefined);
  }

  onDrain(): void {
    this.#answer.drained();
  }

  onClose(error: Error | undefined): void {
    if (this.#reading === "handed-over") return;
    unwatchDeadline(this.#deadline);
    // Whatever the stream itself cannot call by a name is a fault of ours, or of a sink.
    if (error !== undefined && !MonolakeError.is(error)) this.report(error);
    const reason = new ClientGoneError({ cause: error });
    this.#reading = "leaving";
    this.#answer.abort(reason);
    this.#breakRequest(reason);
    this.#current.report?.failed(reason);
    this.#current.over(this.#answer.bodyBytes, false);
    this.#closed();
  }

  #timedOut(late: WaitingFor): void {
    // The request is answered: what is left of it was only to be read away.
    if (this.#answer.state === "sent" && this.#reading !== "leaving") return this.#leave();
    const tooSlow = late === "body" && this.#pace?.tooSlow === true;
    const error = timeoutError(tooSlow ? "rate" : late, this.#options);
    if (late === "head" || late === "body" || late === "total") this.#refuse(error);
    else this.#stream.destroy(error);
  }

  // === reading ===

  /** Tells HTTP/2 from HTTP/1 by its preface; requests of HTTP/1 are told by their first byte or two. */
  #readFirst(chunk: Buffer, at: number): number {
    this.#preface ??= new PrefaceMatch();
    const { matched } = this.#preface;
    const verdict = this.#preface.match(chunk, at);
    if (verdict === "perhaps") {
      if (matched === 0) this.#deadline.await("head", this.#options.headTimeoutMs);
      return chunk.length;
    }
    this.#preface = undefined;
    const before = prefaceBytes.subarray(0, matched);
    if (verdict === "no") {
      this.#reading = "head";
      if (matched > 0) this.#readHead(before, 0);
      return at;
    }
    this.#reading = "handed-over";
    unwatchDeadline(this.#deadline);
    this.#stream.unread(Buffer.concat([before, chunk.subarray(at)]));
    // Not while the stream delivers.
    queueMicrotask(this.#beganHttp2 as () => void);
    return chunk.length;
  }

  #readHead(chunk: Buffer, at: number): number {
    const begun = this.#heads.started;
    let head: RequestHead | undefined;
    try {
      head = this.#heads.read(chunk, at);
      if (head?.ambiguousName === true) this.#options.ambiguousFields.judge(head.headers);
    } catch (error) {
      this.#refuse(error, head?.method);
      return chunk.length;
    }
    const next = at + this.#heads.consumed;
    if (head !== undefined) return this.#startRequest(head, chunk, next);
    if (!begun && this.#heads.started) this.#deadline.await("head", this.#options.headTimeoutMs);
    return next;
  }

  #startRequest(head: RequestHead, chunk: Buffer, at: number): number {
    this.#reading = "nothing";
    this.#deadline.clear();
    if (this.#options.requestTimeoutMs > 0) this.#deadline.limit("total", this.#options.requestTimeoutMs);
    const request = this.#current.begin(head);
    const persist = this.#current.keepsAlive(head, this.#options.maxRequestsPerConnection);
    this.#answer.begin(persist, request.expectContinue);
    if (head.method === "CONNECT") {
      this.#refuseWith(methodNotAllowed());
      return chunk.length;
    }
    request.onInformational = this.#inform;
    const next = head.chunked || head.contentLength > 0 ? this.#openBody(head, chunk, at) : at;
    if (this.#answer.state === "awaited") this.#calls.call(request);
    return next;
  }

  /** Takes in what came of the body with the head, so that a small one is complete before the handler sees it. */
  #openBody(head: RequestHead, chunk: Buffer, at: number): number {
    let receiver: BodyReceiver;
    try {
      receiver = this.#current.expectBody(this, head, this.#options);
    } catch (error) {
      this.#refuse(error);
      return chunk.length;
    }
    this.#reading = "body";
    this.#pace ??= new BodyPace(this.#options);
    this.#pace.begin();
    const next = at < chunk.length ? this.#readBody(chunk, at) : at;
    const long = head.chunked || receiver.remaining > ownBufferFromBytes;
    if (long && !receiver.done) this.#stream.ownBuffer = true;
    return next;
  }

  #readBody(chunk: Buffer, at: number): number {
    const receiver = this.#current.receiver as BodyReceiver;
    let next: number;
    try {
      next = receiver.receive(chunk, at, this.#stream.ownsChunk);
    } catch (error) {
      this.#refuse(error);
      return chunk.length;
    }
    // The sink that took it may have ended the exchange, or the connection.
    if (receiver.done && this.#reading === "body") this.#reading = "nothing";
    this.#waitForBody();
    return next;
  }

  bodyWanted(): void {
    this.#answer.sendContinue();
  }

  bodyResumed(): void {
    const { receiver } = this.#current;
    if (receiver === undefined) return;
    receiver.paused = false;
    this.#waitForBody();
    this.#stream.resume();
  }

  bodySettled(): void {
    const { receiver } = this.#current;
    if (receiver !== undefined) receiver.paused = false;
    if (this.#reading === "handed-over") return;
    if (this.#answer.state === "sent" && this.#reading !== "leaving") this.#finishExchange();
    else this.#stream.resume();
  }

  bodyCancelled(): void {
    // What comes of it is thrown away; how much of that is worth it is decided when the answer is written.
    this.bodyResumed();
  }

  #waitForBody(): void {
    const { receiver } = this.#current;
    if (this.#reading === "body" && receiver !== undefined && !receiver.paused) {
      this.#deadline.awaitUntil("body", (this.#pace as BodyPace).wait(receiver.bytes));
    } else if (this.#reading !== "head" && this.#reading !== "leaving") {
      this.#pace?.pause();
      this.#deadline.clear();
    }
  }

  // === answering ===

  #refuse(error: unknown, method?: string): void {
    // RFC 9110 section 15.5.9: too late, but it is the client that has not finished.
    const late = error instanceof RequestTimeoutError && !this.#current.complete;
    this.#refuseWith(errorResponse(late ? 408 : statusOfError(error)), error as Error, method);
  }

  /** An answer that the handler has no part in, and the last one on this connection. Without a reason it says all itself. */
  #refuseWith(response: HttpResponse, reason?: Error, method = this.#askedMethod): void {
    this.#reading = "leaving";
    this.#current.report?.refused(reason);
    if (reason !== undefined) this.#breakRequest(reason);
    // Half an answer must not look like a whole one.
    if (!this.#answer.refuse(response, method)) this.#stream.destroy(reason);
  }

  /** Of the request in progress, or of the head that comes: the answer to HEAD has no content, also when it is refused. */
  get #askedMethod(): string {
    return this.#current.request?.method ?? (this.#heads.asksForHead ? "HEAD" : "GET");
  }

  #breakRequest(reason: Error): void {
    this.#current.breakBody(reason);
    this.#current.cancellation?.cancel(reason);
  }

  report(error: unknown): void {
    this.#calls.report(error);
  }

  writeMoved(pending: boolean): void {
    this.#deadline.writeMoved(pending, this.#answer.bodyBytes);
    if (!pending) this.#waitForBody();
  }

  answerBroken(error: Error): void {
    this.#stream.destroy(new IncompleteMessageError({ where: "a response", cause: error }));
  }

  answerSent(): void {
    const current = this.#current;
    current.over(this.#answer.bodyBytes, true);
    if (!this.#answer.persist) return this.#leave();
    if (current.settled) return this.#finishExchange();
    if (current.complete) {
      // Whoever uses it gives its memory back: `bodySettled` follows, as it does here.
      if (!current.bodyUsed) current.receiver?.body.cancel();
    } else if (current.endIsNear) {
      current.breakBody(new BodyDiscardedError());
      this.bodyResumed();
    } else this.#leave();
  }

  handOver(response: HttpResponse): void {
    this.#reading = "handed-over";
    unwatchDeadline(this.#deadline);
    runUpgraded(response, this.#stream, (failure) => {
      if (failure !== undefined) this.#calls.broken(failure.error);
      this.#current.over(0, true);
      this.#closed();
    });
  }

  #finishExchange(): void {
    this.#current.finish();
    this.#answer.finish();
    if (this.#options.requestTimeoutMs > 0) this.#deadline.limit("total", 0);
    this.#stream.ownBuffer = false;
    if (this.#clientEnded || this.#current.last) return this.#leave();
    this.#reading = "head";
    this.#deadline.await("request", this.#options.keepAliveTimeoutMs);
    this.#stream.resume();
  }

  #leave(): void {
    this.#reading = "leaving";
    if (this.#options.requestTimeoutMs > 0) this.#deadline.limit("total", 0);
    this.#current.breakBody(new BodyDiscardedError());
    this.#stream.end();
    this.#lingersUntilMs = deadlineIn(longestLingerMs);
    this.#deadline.await("close", lingerTimeoutMs);
    if (!this.#current.held) this.#stream.resume();
  }

  /** What comes behind the last answer. Who still sends has yet to read it, and a connection that closes on him would be reset. */
  #throwAway(): boolean {
    this.#deadline.awaitUntil("close", Math.min(deadlineIn(lingerTimeoutMs), this.#lingersUntilMs));
    return !this.#current.held;
  }
}
