import type { Cancellation } from "@monolake/service-async";
import {
  type ByteStream,
  deadlineClockMs,
  deadlineIn,
  type Expiring,
  formatAddress,
  unwatchDeadline,
  watchDeadline,
} from "@monolake/streams";
import type { ResolvedHttpClientConnectionOptions } from "../client/client-options.ts";
import type { ResponseListener } from "../client/response-listener.ts";
import { UpstreamFaults } from "../client/upstream-faults.ts";
import { ConnectionBusyError, UpgradeUnsupportedError, UpstreamRefusedError } from "../errors.ts";
import { ResponseHeadReader } from "../head/head-reader.ts";
import type { HttpRequest } from "../message/request.ts";
import { AwaitedSettings, type AwaitedSettingsOwner } from "./awaited-settings.ts";
import { ClientStreamExchange } from "./client-exchange.ts";
import type { ClientExchangeOwner } from "./client-exchange-owner.ts";
import { clientSessionOptions } from "./client-session-options.ts";
import { ConnectionFault, errorCodes, errorName, largestStreamId } from "./frames.ts";
import { Http2Session } from "./http2-session.ts";
import type { Http2Stream } from "./http2-stream.ts";
import type { PeerSettings } from "./peer-settings.ts";
import { encodeRequest } from "./request-fields.ts";
import { ResetBudget } from "./reset-budget.ts";
import type { Offence, SessionListener } from "./session-listener.ts";
import { asksForWebSocket, encodeWebSocketRequest, isHandshake } from "./websocket-request.ts";

/** What happens to a client connection of HTTP/2. */
export interface Http2ClientConnectionOwner {
  /** There may be room for another request: one is over, or the server has said how many it takes. */
  connectionHasRoom(connection: Http2ClientConnection): void;
  /** It takes no more requests; those on it go on. */
  connectionLeaving(connection: Http2ClientConnection): void;
  /** It is gone; what was on it has failed before. */
  connectionClosed(connection: Http2ClientConnection): void;
}

/** - "open": takes requests. - "leaving": those on it go on. - "closed": gone, or being destroyed. */
type State = "open" | "leaving" | "closed";

/** How long a server may take to close its side after the last response. */
const lingerTimeoutMs = 2_000;

/** The client side of one HTTP/2 connection (RFC 9113): many requests at a time, each a {@link ClientStreamExchange}. */
export class Http2ClientConnection
  implements Expiring, SessionListener, ClientExchangeOwner, AwaitedSettingsOwner
{
  deadlineMs = Number.POSITIVE_INFINITY;
  watchedAt = -1;
  readonly options: ResolvedHttpClientConnectionOptions;
  readonly faults: UpstreamFaults;
  readonly heads: ResponseHeadReader;
  /** Where both ends of the connection are, and what is between. */
  readonly peer: ByteStream;
  readonly #owner: Http2ClientConnectionOwner;
  readonly #address: string;
  readonly #scheme: "http" | "https";
  readonly #session: Http2Session;
  readonly #budget: ResetBudget;
  readonly #exchanges = new Set<ClientStreamExchange | AwaitedSettings>();
  #state: State = "open";
  #maxStreams: number;
  /** Whether the server takes extended CONNECT; undefined before its SETTINGS have come. */
  #takesTunnels: boolean | undefined = undefined;
  #requests = 0;
  #lastStreamId = Number.POSITIVE_INFINITY;
  /** A ping is under way, since an answer was late. */
  #suspected = false;
  #pingMs = Number.POSITIVE_INFINITY;
  #lingerMs = Number.POSITIVE_INFINITY;

  /** The stream belongs to the connection. */
  constructor(
    stream: ByteStream,
    owner: Http2ClientConnectionOwner,
    options: ResolvedHttpClientConnectionOptions,
  ) {
    this.options = options;
    this.faults = new UpstreamFaults(stream, options);
    this.heads = new ResponseHeadReader(options.headLimits);
    this.peer = stream;
    this.#owner = owner;
    this.#address = formatAddress(stream.remoteAddress);
    this.#scheme = stream.tls === undefined ? "http" : "https";
    this.#maxStreams = options.http2.maxConcurrentStreams;
    this.#budget = new ResetBudget(options.http2);
    this.#session = new Http2Session(stream, this, clientSessionOptions(options));
    watchDeadline(this);
    this.#session.start();
  }

  /** Whether it can take a request now. */
  get hasRoom(): boolean {
    return (
      this.#state === "open" &&
      !this.#suspected &&
      this.#exchanges.size < this.#maxStreams &&
      !this.#session.closed
    );
  }

  /** No request is on it. */
  get idle(): boolean {
    return this.#exchanges.size === 0;
  }

  /** How many requests it has served or serves. */
  get requests(): number {
    return this.#requests;
  }

  /**
   * Sends a request; `listener` hears of its response, or why there is none: ERR_HTTP_UPSTREAM_CLOSED, ERR_HTTP_UPSTREAM_TIMEOUT,
   * ERR_HTTP_UPSTREAM_PROTOCOL, ERR_HTTP_UPSTREAM_REFUSED, ERR_HTTP_RESPONSE_HEAD, or what broke the request's body off. The
   * request's headers are edited to what is sent. Throws ERR_HTTP_INVALID_REQUEST and ERR_HTTP_CONNECTION_BUSY, and the
   * reason of the cancellation, before anything is sent.
   *
   * An upgrade to a WebSocket is an extended CONNECT (RFC 8441), and what accepts it a 101 as of HTTP/1.1. ERR_HTTP_UPGRADE_UNSUPPORTED,
   * thrown or told, where the server takes none: nothing was sent then. Other upgrades are left out.
   */
  start(request: HttpRequest, listener: ResponseListener, cancellation?: Cancellation): void {
    if (!this.hasRoom)
      throw new ConnectionBusyError({ state: this.#state === "open" ? "busy" : this.#state });
    if (cancellation?.cancelled) throw cancellation.reason;
    const webSocket = request.upgrade && asksForWebSocket(request);
    if (webSocket && !this.#maySendWebSocket(request, listener, cancellation)) return;
    request.expectContinue &&= this.options.continueTimeoutMs > 0 && request.body.whole === undefined;
    const sent = webSocket
      ? encodeWebSocketRequest(request, this.#scheme)
      : encodeRequest(request, this.#scheme);
    const stream = this.#session.open(sent.fields, sent.endStream);
    if (stream === undefined) throw new ConnectionBusyError({ state: "busy" });
    this.#requests += 1;
    const exchange = new ClientStreamExchange(stream, this, request, listener, cancellation);
    this.#exchanges.add(exchange);
    if (this.#session.exhausted) this.#leave();
    exchange.begin(sent);
  }

  /** False while nobody knows: it is sent by itself. */
  #maySendWebSocket(
    request: HttpRequest,
    listener: ResponseListener,
    cancellation: Cancellation | undefined,
  ): boolean {
    if (!isHandshake(request))
      throw new UpgradeUnsupportedError({
        address: this.#address,
        what: "the request is no handshake of a WebSocket (RFC 6455 section 4.1)",
      });
    if (this.#takesTunnels === false)
      throw new UpgradeUnsupportedError({
        address: this.#address,
        what: "its SETTINGS have no ENABLE_CONNECT_PROTOCOL (RFC 8441 section 3)",
      });
    if (this.#takesTunnels === true) return true;
    const send = (): void => this.start(request, listener, cancellation);
    const awaited = new AwaitedSettings(this, listener, cancellation, send);
    this.#exchanges.add(awaited);
    this.deadlineSet(awaited.deadlineMs);
    return false;
  }

  /** Takes no more requests, and ends when those on it are over. */
  close(): void {
    if (this.#state !== "open") return;
    this.#leave();
  }

  /** Ends it now; what is on it fails. */
  destroy(): void {
    this.peer.destroy();
  }

  #leave(): void {
    if (this.#state !== "open") return;
    this.#state = "leaving";
    this.#owner.connectionLeaving(this);
    if (this.idle) this.#linger();
  }

  /** Nothing is on it any more. */
  #linger(): void {
    this.#session.goaway(0);
    this.#session.end();
    this.#lingerMs = deadlineIn(lingerTimeoutMs);
    this.deadlineSet(this.#lingerMs);
  }

  sessionClosed(): void {
    if (this.#state === "closed") return;
    this.#leave();
    this.#state = "closed";
    unwatchDeadline(this);
    // Those with a stream have heard of it; others wait for SETTINGS.
    for (const exchange of [...this.#exchanges]) exchange.breakOff(this.#closedError(true));
    this.#owner.connectionClosed(this);
  }

  // === what the session tells ===

  settingsReceived({ maxConcurrentStreams, enableConnectProtocol }: PeerSettings): void {
    this.#maxStreams = Math.min(this.options.http2.maxConcurrentStreams, maxConcurrentStreams);
    this.#takesTunnels = enableConnectProtocol;
    // It may say something else later, but one more connection for each request is not to wait for that.
    if (maxConcurrentStreams === 0) this.#leave();
    for (const exchange of [...this.#exchanges]) if (exchange instanceof AwaitedSettings) exchange.arrived();
    if (this.hasRoom) this.#owner.connectionHasRoom(this);
  }

  /** What the server has not looked at is sent elsewhere (RFC 9113 section 6.8). */
  goawayReceived(lastStreamId: number): void {
    this.#lastStreamId = lastStreamId;
    this.#leave();
    if (lastStreamId < largestStreamId) this.#session.giveUpAbove(lastStreamId);
  }

  sessionEnded(): void {
    this.#leave();
    this.#linger();
  }

  streamOpened(): void {}
  readEnded(): void {}
  progressed(): void {}

  offended(what: Offence): void {
    if (this.#budget.spend(what)) return;
    const { maxOffences, windowMs } = this.options.http2;
    const text = `it disturbed its connection more than ${maxOffences} times in ${windowMs} ms`;
    this.#session.fail(new ConnectionFault(errorCodes.enhanceYourCalm, text));
  }

  // === what exchanges tell and ask ===

  streamFault(stream: Http2Stream, unanswered: boolean): Error {
    const { errorCode, brokenBy, id } = stream;
    const { fault } = this.#session;
    if (fault !== undefined) return this.faults.protocol(faultText(fault));
    const unseen = (errorCode === errorCodes.refusedStream && brokenBy === "peer") || id > this.#lastStreamId;
    if (unanswered && unseen) return new UpstreamRefusedError({ address: this.#address });
    if (this.peer.closed) return this.#closedError(unanswered);
    const malformed = brokenBy === "us" ? this.faults.protocol("sent a malformed message") : undefined;
    if (unanswered && malformed !== undefined) return malformed;
    return this.faults.closed(
      { unanswered, reused: false },
      malformed ?? this.faults.protocol(`reset its stream: ${errorName(errorCode)}`),
    );
  }

  exchangeOver(exchange: ClientStreamExchange | AwaitedSettings): void {
    this.#exchanges.delete(exchange);
    if (this.#state === "open") {
      if (this.hasRoom) this.#owner.connectionHasRoom(this);
    } else if (this.idle && this.#state === "leaving") this.#linger();
  }

  /** A server that answers a ping is only slow with that one request; one that does not is gone, and nobody else should wait. */
  exchangeLate(): void {
    if (this.#suspected || this.#session.closed) return;
    this.#suspected = true;
    this.#pingMs = deadlineIn(this.options.http2.pingTimeoutMs);
    this.deadlineSet(this.#pingMs);
    this.#session.ping();
  }

  pingReturned(): void {
    this.#suspected = false;
    this.#pingMs = Number.POSITIVE_INFINITY;
    if (this.hasRoom) this.#owner.connectionHasRoom(this);
  }

  deadlineSet(deadlineMs: number): void {
    if (deadlineMs < this.deadlineMs) this.deadlineMs = deadlineMs;
  }

  onDeadline(): void {
    const nowMs = deadlineClockMs();
    if (this.#pingMs <= nowMs || this.#lingerMs <= nowMs) return this.destroy();
    let nextMs = Math.min(this.#pingMs, this.#lingerMs);
    for (const exchange of this.#exchanges) {
      if (exchange.deadlineMs <= nowMs) exchange.expire();
      if (exchange.deadlineMs < nextMs) nextMs = exchange.deadlineMs;
    }
    this.deadlineMs = Math.min(nextMs, this.#pingMs, this.#lingerMs);
  }

  #closedError(unanswered: boolean): Error {
    return this.faults.closed({ unanswered, reused: this.#requests > 1 });
  }
}

const faultText = ({ errorCode, message }: ConnectionFault): string =>
  `does not speak HTTP/2: ${message} (${errorName(errorCode)})`;
