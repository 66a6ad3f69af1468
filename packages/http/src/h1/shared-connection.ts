import { asError } from "@monolake/errors";
import {
  type ByteStream,
  ConnectionDeadline,
  type StreamHandler,
  unwatchDeadline,
  watchDeadline,
} from "@monolake/streams";
import type { ResolvedHttpClientConnectionOptions } from "../client/client-options.ts";
import { UpstreamFaults } from "../client/upstream-faults.ts";
import { ConnectionBusyError, UpstreamTimeoutError } from "../errors.ts";
import type { HttpResponse } from "../message/response.ts";
import { ClientExchange, type ClientExchangeOwner } from "./client-exchange.ts";
import { encodedHead, encodeRequestHead } from "./encode-head.ts";
import { RequestBatch } from "./request-batch.ts";
import { requestFraming } from "./request-framing.ts";
import type { LeavingReason, SharedConnectionOwner, SharingOptions } from "./sharing.ts";
import { type SharedRequest, WaitingRequest } from "./waiting-request.ts";

/** What the peer has to do next, or the connection itself. */
type WaitingFor = "write" | "head" | "body" | "turn" | "idle";

/**
 * A client connection on which requests of many do not wait for each other's answers (pipelining, RFC 9112 section 9.3.2):
 * those that come in one turn of the event loop are one write. Answers come in order, and each is read as strictly as on a
 * connection of its own; at the first doubt the connection is given up and what is unanswered goes back to the owner.
 */
export class SharedConnection<Shared extends SharedRequest = SharedRequest>
  implements StreamHandler, ClientExchangeOwner
{
  readonly #stream: ByteStream;
  readonly #owner: SharedConnectionOwner<Shared>;
  readonly #options: ResolvedHttpClientConnectionOptions;
  readonly #sharing: SharingOptions;
  readonly #faults: UpstreamFaults;
  readonly #exchange: ClientExchange;
  readonly #batch: RequestBatch;
  readonly #deadline: ConnectionDeadline<WaitingFor>;
  /** In the order in which they were sent; the first one's answer is the next to come, or comes. */
  #requests: WaitingRequest<Shared>[] = [];
  /** How many of `#requests` are answered and not yet taken out. */
  #answered = 0;
  /** The first request's answer is awaited since then. */
  #firstSinceMs = 0;
  #served = 0;
  #leaving = false;
  #delivering = false;
  #settled = false;

  /** The stream belongs to the connection. */
  constructor(
    stream: ByteStream,
    owner: SharedConnectionOwner<Shared>,
    options: ResolvedHttpClientConnectionOptions,
    sharing: SharingOptions,
  ) {
    this.#stream = stream;
    this.#owner = owner;
    this.#options = options;
    this.#sharing = sharing;
    this.#faults = new UpstreamFaults(stream, options);
    this.#exchange = new ClientExchange(stream, this, options);
    this.#batch = new RequestBatch(stream, (pending) => this.#written(pending));
    this.#deadline = new ConnectionDeadline<WaitingFor>(stream, options.writeStallTimeoutMs, (late) =>
      this.#timedOut(late),
    );
    watchDeadline(this.#deadline);
    this.#deadline.await("idle", sharing.idleTimeoutMs);
    stream.attach(this);
  }

  /** Requests that are not answered completely. */
  get inFlight(): number {
    return this.#requests.length - this.#answered;
  }

  /** Whether it can take another request now, when `depth` of them may be in flight. */
  hasRoom(depth: number): boolean {
    return !this.#leaving && !this.#batch.blocked && this.inFlight < depth;
  }

  /**
   * Sends a request with the others of this turn. Before anything is sent it throws ERR_HTTP_INVALID_REQUEST, what cancelled
   * the request, and ERR_HTTP_CONNECTION_BUSY where the connection takes no more. Later the listener hears, or the owner gets the request back.
   */
  start(shared: Shared): void {
    const { request, cancellation } = shared;
    if (this.#leaving) throw new ConnectionBusyError({ state: "closed" });
    if (cancellation?.cancelled) throw cancellation.reason;
    encodeRequestHead(request, requestFraming(request));
    this.#batch.add(encodedHead.buffer, encodedHead.bytes);
    this.#served += 1;
    this.#requests.push(new WaitingRequest(shared));
    if (this.inFlight === 1) this.#beginFirst(performance.now());
  }

  /** Takes no more requests and closes as soon as those in flight are answered. */
  close(): void {
    this.#leaving = true;
    if (this.inFlight === 0) this.#stream.destroy();
  }

  /** Lets the requests behind the first one go on elsewhere, and closes behind the first one's answer. */
  giveUp(reason: LeavingReason): void {
    const first = this.#requests[this.#answered];
    const others = this.#requests.slice(this.#answered + 1);
    this.#requests = first === undefined ? [] : [first];
    this.#answered = 0;
    this.#leave(reason, others);
    if (first === undefined) this.#stream.destroy();
  }

  // === what the stream tells ===

  onData(chunk: Buffer): boolean {
    this.#delivering = true;
    let at = 0;
    try {
      while (at < chunk.length && !this.#stream.closed) {
        // What is not written yet cannot have an answer.
        if (this.inFlight <= this.#batch.size)
          throw this.#faults.protocol("sent bytes that nobody asked for");
        at = this.#exchange.receive(chunk, at);
        if (!this.#settled) break;
        this.#next();
      }
    } catch (error) {
      this.#fail(asError(error));
      at = chunk.length;
    }
    this.#delivering = false;
    if (at < chunk.length) {
      // The answers behind one that its client does not take yet.
      const rest = chunk.subarray(at);
      this.#stream.unread(this.#stream.ownsChunk ? rest : Buffer.from(rest));
    }
    this.#tidy();
    return at === chunk.length && !this.#exchange.paused;
  }

  onEnd(): void {
    // What waits of a body that ends like this needs no connection any more.
    if (this.#stream.tls?.truncated !== true) this.#exchange.peerEnded();
    this.#stream.destroy();
  }

  onDrain(): void {
    this.#batch.drained();
  }

  onClose(error: Error | undefined): void {
    unwatchDeadline(this.#deadline);
    this.#fail(this.#closedError(error));
    this.#owner.connectionClosed(this);
  }

  // === what the exchange tells ===

  /** Whoever should take the first answer does not want the rest of it. */
  cancel(reason: unknown): void {
    this.#fail(asError(reason, "cancelled"));
  }

  interimReceived(): void {
    this.#firstSinceMs = performance.now();
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
    if (this.#delivering) return;
    this.#next();
    this.#tidy();
    this.#stream.resume();
  }

  switchProtocol(): HttpResponse {
    throw this.#faults.protocol("switched protocols without being asked");
  }

  // === one answer after another ===

  #beginFirst(nowMs: number): void {
    const first = this.#requests[this.#answered] as WaitingRequest<Shared>;
    this.#firstSinceMs = nowMs;
    this.#exchange.begin(first.shared.request, first, undefined);
    this.#exchange.requestWritten = true;
    if (!this.#delivering) this.#awaitPeer();
  }

  /** The first answer is complete and free: on to the next one. */
  #next(): void {
    this.#settled = false;
    if (this.inFlight > 0) this.#advance();
    this.#exchange.deliver();
  }

  #advance(): void {
    const { reusable } = this.#exchange;
    this.#exchange.finish();
    this.#answered += 1;
    if (!reusable && !this.#stream.closed) {
      const rest = this.#requests.slice(this.#answered);
      this.#requests = [];
      this.#answered = 0;
      this.#leave("not-persistent", rest);
      this.#stream.destroy();
    } else if (this.inFlight > 0) this.#beginFirst(this.#firstSinceMs);
  }

  /** Once for all answers of a read. */
  #tidy(): void {
    if (this.#answered > 0) {
      const nowMs = performance.now();
      this.#owner.answered(this, nowMs - this.#firstSinceMs);
      this.#firstSinceMs = nowMs;
      this.#requests.splice(0, this.#answered);
      this.#answered = 0;
    }
    if (this.#stream.closed) return;
    if (this.#leaving && this.inFlight === 0) return this.#stream.destroy();
    // The rest of an answer like that takes its time, and others wait for it.
    if (this.inFlight > 1 && this.#exchange.isLong) this.giveUp("blocked");
    this.#awaitPeer();
  }

  /** Once a turn: the time to look whether an answer keeps others waiting. */
  #written(pending: boolean): void {
    this.#deadline.writeMoved(pending);
    this.#giveUpIfBlocked();
    this.#awaitPeer();
  }

  #giveUpIfBlocked(): void {
    if (this.inFlight < 2) return;
    const waitedMs = performance.now() - this.#firstSinceMs;
    if (waitedMs > this.#sharing.patienceMs && this.#owner.isBlocked(this, waitedMs)) this.giveUp("blocked");
  }

  #awaitPeer(): void {
    const { phase, paused } = this.#exchange;
    if (phase === "none") this.#deadline.await("idle", this.#sharing.idleTimeoutMs);
    else if (this.inFlight > 1) this.#deadline.await("turn", this.#sharing.patienceMs);
    else if (phase === "head") this.#deadline.await("head", this.#options.responseHeadTimeoutMs);
    else if (phase === "body" && !paused) this.#deadline.await("body", this.#options.bodyIdleTimeoutMs);
    else this.#deadline.clear();
  }

  #timedOut(late: WaitingFor): void {
    if (late === "idle") return this.close();
    if (late === "turn") {
      this.#giveUpIfBlocked();
      return this.#awaitPeer();
    }
    this.#fail(this.#faults.late(late));
  }

  // === the end ===

  #leave(reason: LeavingReason, unanswered: readonly WaitingRequest<Shared>[]): void {
    this.#leaving = true;
    const wanted = unanswered.filter((waiting) => waiting.release());
    this.#owner.leaving(
      this,
      reason,
      wanted.map((waiting) => waiting.shared),
    );
  }

  /** Breaks off. An answer that has begun fails; the requests without one go back. */
  #fail(error: Error): void {
    const exchange = this.#exchange;
    const begun = exchange.phase !== "none" && !exchange.unanswered;
    const late = error instanceof UpstreamTimeoutError;
    const rest = this.#requests.slice(this.#answered + (begun || late ? 1 : 0));
    this.#requests = [];
    this.#answered = 0;
    this.#settled = false;
    this.#stream.destroy(error);
    if (begun || late) exchange.break(error);
    else exchange.finish();
    if (!this.#leaving || rest.length > 0) this.#leave("closed", rest);
  }

  #closedError(cause?: Error): Error {
    return this.#faults.closed({ unanswered: this.#exchange.unanswered, reused: this.#served > 1 }, cause);
  }
}
