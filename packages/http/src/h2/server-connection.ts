import {
  constants,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { Duplex } from "node:stream";
import {
  type ByteStream,
  deadlineClockMs,
  deadlineIn,
  type Expiring,
  takeSocket,
  unwatchDeadline,
  watchDeadline,
} from "@monolake/streams";
import { ClientMisbehavedError } from "../errors.ts";
import { RequestHeadReader } from "../head/head-reader.ts";
import type { HttpContext } from "../http-handler.ts";
import { lingerTimeoutMs } from "../server/server-timeouts.ts";
import type { Serving } from "../server/serving.ts";
import { readRequestFields } from "./request-head.ts";
import { ResetBudget } from "./reset-budget.ts";
import { ServerExchange, type ServerExchangeOwner } from "./server-exchange.ts";
import { connectionWindowBytes, sessionOptions } from "./server-session-options.ts";

const { NGHTTP2_ENHANCE_YOUR_CALM } = constants;

/** How often a connection is looked at for streams that nobody here has heard of. */
const auditMs = 500;

/** - "serving": new streams are taken. - "closing": GOAWAY is said, what was taken is answered. - "closed": it is gone. */
type State = "serving" | "closing" | "closed";

/** The server side of one HTTP/2 connection (RFC 9113): each stream is one {@link ServerExchange}. */
export class Http2ServerConnection<Context extends HttpContext> implements Expiring, ServerExchangeOwner {
  deadlineMs = Number.POSITIVE_INFINITY;
  readonly peer: Pick<ByteStream, "localAddress" | "remoteAddress">;
  readonly #stream: ByteStream;
  readonly #serving: Serving<Context>;
  readonly #closed: () => void;
  readonly #heads: RequestHeadReader;
  readonly #budget: ResetBudget;
  readonly #exchanges = new Set<ServerExchange<Context>>();
  #session: ServerHttp2Session | undefined = undefined;
  #socket: Duplex | undefined = undefined;
  #state: State = "serving";
  #requests = 0;
  /** When an idle connection ends, or a closing one is broken off. */
  #idleMs = Number.POSITIVE_INFINITY;
  /** Something of a message has moved since the last ping. */
  #moved = false;
  #settingsSeen = false;
  /** Streams that this class has heard of, and those that nghttp2 has reset before; counted by `#audit`. */
  #heardOf = 0;
  #resetBefore = 0;
  #auditAtMs = Number.POSITIVE_INFINITY;
  /** The next request is the last one. */
  #last = false;

  /** `closed` is called once, when the connection is over. The stream belongs to the connection. */
  constructor(stream: ByteStream, serving: Serving<Context>, closed: () => void) {
    this.#stream = stream;
    this.peer = { localAddress: stream.localAddress, remoteAddress: stream.remoteAddress };
    this.#serving = serving;
    this.#closed = closed;
    this.#heads = new RequestHeadReader(serving.options.headLimits);
    this.#budget = new ResetBudget(serving.options.http2);
  }

  /** Begins to serve; with `last`, one request only, and what comes together with it. */
  start(last: boolean): void {
    const socket = takeSocket(this.#stream);
    // A client that has ended its side is gone.
    socket.allowHalfOpen = false;
    this.#socket = socket;
    const session = performServerHandshake(socket, sessionOptions(this.#serving.options));
    this.#session = session;
    // The session reads by the socket's handle; somebody has to start that.
    socket.read(0);
    session.setLocalWindowSize(connectionWindowBytes);
    session.on("stream", (stream, _headers, flags, fields) => this.#opened(stream, flags, fields));
    session.on("ping", () => this.#pinged());
    session.on("remoteSettings", () => this.#settingsChanged());
    session.on("error", ignore);
    session.on("close", () => this.#over());
    watchDeadline(this);
    this.#waitUntil(deadlineIn(this.#serving.options.firstByteTimeoutMs));
    this.#auditLater();
    if (last) this.drain();
  }

  /**
   * Ends the connection politely: GOAWAY names the last stream that is answered, and what a client has sent behind that one it may
   * send elsewhere (RFC 9113 section 6.8). nghttp2 takes no stream once it has said that, so it cannot be announced before.
   */
  drain(): void {
    if (this.#state !== "serving" || this.#session === undefined) return;
    // Who has only just come may have sent something.
    if (this.#requests === 0 && !this.#last) {
      this.#last = true;
      return this.#waitUntil(deadlineIn(lingerTimeoutMs));
    }
    this.#state = "closing";
    this.#session.close();
    this.#waitUntil(this.#exchanges.size === 0 ? deadlineIn(lingerTimeoutMs) : Number.POSITIVE_INFINITY);
  }

  // === streams ===

  #opened(stream: ServerHttp2Stream, flags: number, fields: readonly string[]): void {
    this.#heardOf += 1;
    // Reset by what came right behind it: nobody is asked.
    if (stream.destroyed || stream.closed) {
      stream.on("error", ignore);
      return this.#offended();
    }
    const { headLimits, maxRequestsPerConnection } = this.#serving.options;
    this.progressed();
    this.#requests += 1;
    this.#waitUntil(Number.POSITIVE_INFINITY);
    const exchange = new ServerExchange<Context>(stream, this.#serving, this);
    this.#exchanges.add(exchange);
    try {
      const head = readRequestFields(fields, this.#heads, headLimits.maxFields);
      exchange.begin(head, (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0);
    } catch (error) {
      exchange.refuse(error);
    }
    if (this.#last || (maxRequestsPerConnection > 0 && this.#requests >= maxRequestsPerConnection))
      this.drain();
  }

  exchangeOver(exchange: ServerExchange<never>, complete: boolean): void {
    this.#exchanges.delete(exchange as unknown as ServerExchange<Context>);
    if (!complete) this.#offended();
    if (this.#exchanges.size > 0) return;
    // Nobody is there who takes anything.
    if (exchange.stalled) this.drain();
    const { keepAliveTimeoutMs } = this.#serving.options;
    this.#waitUntil(deadlineIn(this.#state === "serving" ? keepAliveTimeoutMs : lingerTimeoutMs));
  }

  // === misbehaviour ===

  progressed(): void {
    this.#moved = true;
  }

  /** A ping that goes with something is how a client measures its way here. */
  #pinged(): void {
    if (this.#moved) this.#moved = false;
    else this.#offended();
  }

  #settingsChanged(): void {
    if (this.#settingsSeen) this.#offended();
    this.#settingsSeen = true;
  }

  #offended(): void {
    if (this.#state === "closing" || this.#state === "closed" || this.#budget.spend()) return;
    this.#state = "closing";
    const error = new ClientMisbehavedError(this.#serving.options.http2);
    // Not while nghttp2 reads: it could not say why.
    setImmediate(() => this.#session?.destroy(error, NGHTTP2_ENHANCE_YOUR_CALM));
    this.#waitUntil(deadlineIn(lingerTimeoutMs));
  }

  /**
   * Streams with more fields than may come at all are reset below, and nobody hears of them; reading them costs all the same
   * (HTTP/2 bomb). That they were there shows in the number of the last one.
   */
  #audit(): void {
    const session = this.#session;
    if (session === undefined || session.destroyed) return;
    const { lastProcStreamID = 0 } = session.state;
    const resetBefore = Math.ceil(lastProcStreamID / 2) - this.#heardOf;
    for (; this.#resetBefore < resetBefore; this.#resetBefore++) this.#offended();
    this.#auditLater();
  }

  #auditLater(): void {
    this.#auditAtMs = deadlineIn(auditMs);
    this.deadlineSet(this.#auditAtMs);
  }

  // === time ===

  deadlineSet(deadlineMs: number): void {
    if (deadlineMs < this.deadlineMs) this.deadlineMs = deadlineMs;
  }

  #waitUntil(idleMs: number): void {
    this.#idleMs = idleMs;
    this.deadlineSet(idleMs);
  }

  onDeadline(): void {
    const nowMs = deadlineClockMs();
    if (this.#idleMs <= nowMs) this.#idle();
    if (this.#auditAtMs <= nowMs) this.#audit();
    let nextMs = Math.min(this.#idleMs, this.#auditAtMs);
    for (const exchange of this.#exchanges) {
      if (exchange.deadlineMs <= nowMs) exchange.expire(nowMs);
      if (exchange.deadlineMs < nextMs) nextMs = exchange.deadlineMs;
    }
    this.deadlineMs = nextMs;
  }

  #idle(): void {
    this.#idleMs = Number.POSITIVE_INFINITY;
    if (this.#state === "closing") return void this.#socket?.destroy();
    this.#last = true;
    this.drain();
  }

  #over(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    unwatchDeadline(this);
    this.#closed();
  }
}

const ignore = (): void => {};
