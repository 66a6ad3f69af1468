import {
  type ByteStream,
  deadlineClockMs,
  deadlineIn,
  type Expiring,
  unwatchDeadline,
  watchDeadline,
} from "@monolake/streams";
import { ClientMisbehavedError } from "../errors.ts";
import { RequestHeadReader } from "../head/head-reader.ts";
import type { HttpContext } from "../http-handler.ts";
import { lingerTimeoutMs } from "../server/server-timeouts.ts";
import type { Serving } from "../server/serving.ts";
import { ConnectionFault, errorCodes, largestStreamId } from "./frames.ts";
import type { FieldSection } from "./hpack/field-decoder.ts";
import { Http2Session } from "./http2-session.ts";
import type { Http2Stream } from "./http2-stream.ts";
import { MalformedRequest, readRequestFields } from "./request-head.ts";
import { ResetBudget } from "./reset-budget.ts";
import { ServerExchange } from "./server-exchange.ts";
import type { ServerExchangeOwner } from "./server-exchange-owner.ts";
import { serverSessionOptions } from "./server-session-options.ts";
import type { Offence, SessionListener } from "./session-listener.ts";

/**
 * - "serving": new streams are taken. - "announced": GOAWAY has been announced; they are taken until the client must have heard of it.
 * - "closing": what was taken is answered, and nothing else. - "leaving": nothing is left but to close. - "closed": it is gone.
 */
type State = "serving" | "announced" | "closing" | "leaving" | "closed";

/** The server side of one HTTP/2 connection (RFC 9113): each stream is one {@link ServerExchange}. */
export class Http2ServerConnection<Context extends HttpContext>
  implements Expiring, SessionListener, ServerExchangeOwner
{
  deadlineMs = Number.POSITIVE_INFINITY;
  watchedAt = -1;
  readonly #stream: ByteStream;
  readonly #serving: Serving<Context>;
  readonly #closed: () => void;
  readonly #session: Http2Session;
  readonly #heads: RequestHeadReader;
  readonly #budget: ResetBudget;
  readonly #exchanges = new Set<ServerExchange<Context>>();
  /** What came in one read is given to the handler together: what is reset right behind is not even begun. */
  #begun: ServerExchange<Context>[] = [];
  #state: State = "serving";
  #requests = 0;
  /** When an idle connection ends, GOAWAY counts, or a closing one is broken off. */
  #idleMs = Number.POSITIVE_INFINITY;
  /** When the rest of a field block has to have come. */
  #headMs = Number.POSITIVE_INFINITY;
  /** What the system held when that was last looked at. */
  #queuedBytes = 0;

  /** `closed` is called once, when the connection is over. The stream belongs to the connection. */
  constructor(stream: ByteStream, serving: Serving<Context>, closed: () => void) {
    this.#stream = stream;
    this.#serving = serving;
    this.#closed = closed;
    this.#session = new Http2Session(stream, this, serverSessionOptions(serving.options));
    this.#heads = new RequestHeadReader(serving.options.headLimits);
    this.#budget = new ResetBudget(serving.options.http2);
  }

  /** Where both ends of the connection are. */
  get peer(): Pick<ByteStream, "localAddress" | "remoteAddress"> {
    return this.#stream;
  }

  get congested(): boolean {
    return this.#session.writer.congested;
  }

  /** Begins to serve; with `last`, only what comes before the client can have heard that it ends. */
  start(last: boolean): void {
    watchDeadline(this);
    this.#waitUntil(deadlineIn(this.#serving.options.firstByteTimeoutMs));
    this.#session.start();
    if (last) this.drain();
  }

  /**
   * Ends the connection politely (RFC 9113 section 6.8): a first GOAWAY says that there will be an end, and a ping tells when the client has
   * read that; the second names the last stream that is answered. What a client sends behind that one it may send elsewhere.
   */
  drain(): void {
    if (this.#state !== "serving") return;
    this.#state = "announced";
    this.#session.goaway(largestStreamId);
    this.#session.ping();
    this.#waitUntil(deadlineIn(lingerTimeoutMs));
  }

  pingReturned(): void {
    if (this.#state === "announced") this.#close();
  }

  #close(): void {
    this.#state = "closing";
    this.#session.goaway(this.#session.lastStreamId);
    this.#waitUntil(Number.POSITIVE_INFINITY);
    if (this.#exchanges.size === 0) this.#leave();
  }

  /** Ends this side; the client has a short time to close its own. */
  #leave(): void {
    if (this.#state === "leaving" || this.#state === "closed") return;
    this.#state = "leaving";
    this.#session.end();
    this.#waitUntil(deadlineIn(lingerTimeoutMs));
  }

  // === streams ===

  streamOpened(stream: Http2Stream, { fields }: FieldSection, ended: boolean): void {
    const { headLimits, maxRequestsPerConnection, ambiguousFields } = this.#serving.options;
    this.#requests += 1;
    if (this.#state === "serving") this.#waitUntil(Number.POSITIVE_INFINITY);
    const exchange = new ServerExchange<Context>(stream, this.#serving, this);
    this.#exchanges.add(exchange);
    try {
      const head = readRequestFields(fields, this.#heads, headLimits.maxFields);
      if (head.ambiguousName) ambiguousFields.judge(head.headers);
      if (ended && head.contentLength > 0) throw new MalformedRequest();
      if (exchange.begin(head, ended)) this.#begun.push(exchange);
    } catch (error) {
      if (error instanceof MalformedRequest) stream.reset(errorCodes.protocolError);
      else exchange.refuse(error);
    }
    if (maxRequestsPerConnection > 0 && this.#requests >= maxRequestsPerConnection) this.drain();
  }

  readEnded(): void {
    if (!this.#session.amidFields) this.#headMs = Number.POSITIVE_INFINITY;
    else if (this.#headMs === Number.POSITIVE_INFINITY) {
      this.#headMs = deadlineIn(this.#serving.options.headTimeoutMs);
      this.deadlineSet(this.#headMs);
    }
    const begun = this.#begun;
    if (begun.length === 0) return;
    this.#begun = [];
    for (const exchange of begun) exchange.call();
  }

  exchangeOver(exchange: ServerExchange<never>, aborted: boolean): void {
    this.#exchanges.delete(exchange as unknown as ServerExchange<Context>);
    if (aborted) this.offended("other");
    if (this.#exchanges.size > 0) return;
    if (this.#state === "closing") return this.#leave();
    if (this.#state !== "serving") return;
    this.#waitUntil(deadlineIn(this.#serving.options.keepAliveTimeoutMs));
    // Nobody is there who takes anything.
    if (exchange.stalled) this.drain();
  }

  // === misbehaviour ===

  progressed(): void {
    // Whatever head was late, it is here.
    this.#headMs = Number.POSITIVE_INFINITY;
  }

  offended(what: Offence): void {
    if (this.#state === "leaving" || this.#state === "closed") return;
    if (!this.#budget.spend(what))
      this.#fail(errorCodes.enhanceYourCalm, new ClientMisbehavedError(this.#serving.options.http2).message);
  }

  #fail(errorCode: number, what: string): void {
    this.#session.fail(new ConnectionFault(errorCode, what));
  }

  settingsReceived(): void {}

  /** The client leaves: nothing more will come. */
  goawayReceived(): void {
    this.drain();
  }

  sessionEnded(): void {
    this.#leave();
  }

  // === time ===

  deadlineSet(deadlineMs: number): void {
    if (deadlineMs < this.deadlineMs) this.deadlineMs = deadlineMs;
  }

  moving(): boolean {
    const before = this.#queuedBytes;
    this.#queuedBytes = this.#stream.queuedBytes;
    return this.#queuedBytes < before;
  }

  #waitUntil(idleMs: number): void {
    this.#idleMs = idleMs;
    this.deadlineSet(idleMs);
  }

  onDeadline(): void {
    const nowMs = deadlineClockMs();
    if (this.#idleMs <= nowMs) this.#idle();
    if (this.#headMs <= nowMs) this.#headLate();
    let nextMs = Math.min(this.#idleMs, this.#headMs);
    for (const exchange of this.#exchanges) {
      if (exchange.deadlineMs <= nowMs) exchange.expire(nowMs);
      if (exchange.deadlineMs < nextMs) nextMs = exchange.deadlineMs;
    }
    this.deadlineMs = nextMs;
  }

  #headLate(): void {
    this.#headMs = Number.POSITIVE_INFINITY;
    const { headTimeoutMs } = this.#serving.options;
    this.#fail(errorCodes.enhanceYourCalm, `the rest of a head took longer than ${headTimeoutMs} ms`);
  }

  #idle(): void {
    this.#idleMs = Number.POSITIVE_INFINITY;
    if (this.#state === "serving") return this.drain();
    if (this.#state === "announced") return this.#close();
    if (this.#state === "leaving") this.#stream.destroy();
  }

  sessionClosed(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    unwatchDeadline(this);
    this.#closed();
  }
}
