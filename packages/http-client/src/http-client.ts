import {
  ClientConnection,
  type ClientConnectionOwner,
  type HttpClientConnectionOptions,
  type HttpRequest,
  type HttpResponse,
  type ResolvedHttpClientConnectionOptions,
  resolveHttpClientConnectionOptions,
} from "@monolake/http";
import type { Cancellation } from "@monolake/service-async";
import type { ByteStream } from "@monolake/streams";
import {
  type ConnectOptions,
  type Connector,
  createConnector,
  Pool,
  type PoolLimits,
  type PoolStatistics,
} from "@monolake/transports";
import { ConnectionSharing } from "./connection-sharing.ts";
import type { HttpTarget } from "./http-target.ts";
import { Http2Connections } from "./http2-connections.ts";
import type { PendingRequest, SendRecord } from "./pending-request.ts";
import { isRepeatable, RepeatableRequest } from "./repeatable.ts";

/** How a client connects and keeps connections. */
export interface HttpClientOptions {
  /** For one connection, with the resolution of its name, every address that is tried, and TLS. Default 3,000. */
  readonly connectTimeoutMs?: number;
  /** Timeouts and limits of the HTTP connections. */
  readonly connection?: HttpClientConnectionOptions;
  /** How many connections are opened and kept. */
  readonly pool?: PoolLimits;
  /** Opens connections. Default: TCP with names resolved by DNS, and unix sockets. */
  readonly connector?: Connector;
}

/** What `#open` throws where the server wants another version than the one that was asked for. */
const speaksHttp2 = new Error("the server speaks HTTP/2");

/**
 * Sends requests of HTTP/1.1 and HTTP/2 over connections that are kept and used again. A request that meets a kept connection
 * which its peer is just closing is sent again on a new one, when that can do no harm.
 */
export class HttpClient implements AsyncDisposable {
  readonly #pool: Pool<ClientConnection>;
  #connector: Connector;
  #limits: Pick<ConnectOptions, "timeoutMs">;
  #connection: ResolvedHttpClientConnectionOptions;
  /** By the key of the target. */
  readonly #sharing = new Map<string, ConnectionSharing>();
  /** By the key of the target; gone with its last connection. */
  readonly #http2 = new Map<string, Http2Connections>();
  /** They lead to servers that chose HTTP/1.1, the last time. */
  readonly #http11 = new WeakSet<Connector>();
  #closed = false;
  readonly #again = (target: HttpTarget, pending: PendingRequest): void => this.#acquire(target, pending);

  constructor(options: HttpClientOptions = {}) {
    this.#connector = options.connector ?? createConnector();
    this.#limits = connectLimits(options);
    this.#connection = resolveHttpClientConnectionOptions(options.connection);
    this.#pool = new Pool<ClientConnection>({
      ...options.pool,
      isReusable: (connection) => connection.idle,
      close: (connection) => connection.close(),
    });
  }

  /** Options for connections that are opened from now on. */
  update(options: HttpClientOptions): void {
    this.#connector = options.connector ?? createConnector();
    this.#limits = connectLimits(options);
    this.#connection = resolveHttpClientConnectionOptions(options.connection);
    this.#pool.updateLimits(options.pool ?? {});
    // Of targets that are gone, for all that anybody knows.
    for (const [key, sharing] of this.#sharing) if (sharing.unused) this.#sharing.delete(key);
  }

  /**
   * Sends a request; resolves with the response as soon as its head is there. The request's headers are edited to what
   * is sent. Rejects with what kept it from being answered: an error of transports (connectors, names, the pool), ERR_HTTP_UPSTREAM_CLOSED,
   * ERR_HTTP_UPSTREAM_TIMEOUT, ERR_HTTP_UPSTREAM_PROTOCOL, ERR_HTTP_RESPONSE_HEAD; or with the reason of the cancellation.
   * Without `record` nothing is measured.
   */
  request(
    target: HttpTarget,
    request: HttpRequest,
    cancellation?: Cancellation,
    record?: SendRecord,
  ): Promise<HttpResponse> {
    return new Promise((responded, failed) =>
      this.start(target, { request, cancellation, record, responded, failed }),
    );
  }

  /** As {@link request}, without a promise: `pending` hears what it would resolve or reject with, perhaps at once. */
  start(target: HttpTarget, pending: PendingRequest): void {
    const { pipelining = 1, httpVersion } = target;
    if (httpVersion !== undefined && this.#triesHttp2(target)) return this.#http2Of(target).start(pending);
    if (pipelining <= 1 || target.preamble !== undefined || !isRepeatable(pending.request))
      return this.#startAlone(target, pending);
    try {
      if (this.#sharingOf(target).start(pending, pipelining)) {
        if (pending.record !== undefined) pending.record.attempts += 1;
      } else this.#startAlone(target, pending);
    } catch (error) {
      pending.failed(error as Error);
    }
  }

  #startAlone(target: HttpTarget, pending: PendingRequest): void {
    const kept = this.#pool.take(target.key);
    if (kept === undefined) return this.#acquire(target, pending);
    if (pending.record !== undefined) pending.record.attempts += 1;
    this.#startOn(kept, target, pending);
  }

  /** Counts of connections: open, idle, and callers that wait for one. Shared ones count as open. */
  get statistics(): PoolStatistics {
    const { statistics } = this.#pool;
    let { open, waiting } = statistics;
    for (const { connections } of this.#sharing.values()) open += connections;
    for (const connections of this.#http2.values()) {
      open += connections.statistics.open;
      waiting += connections.statistics.waiting;
    }
    return { ...statistics, open, waiting };
  }

  /** Closes idle connections now and the others when their exchange is over. */
  async close(): Promise<void> {
    this.#closed = true;
    const others = [...this.#sharing.values(), ...this.#http2.values()];
    await Promise.all([this.#pool.close(), ...others.map((connections) => connections.close())]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #sharingOf(target: HttpTarget): ConnectionSharing {
    const known = this.#sharing.get(target.key);
    if (known !== undefined) return known;
    const sharing = new ConnectionSharing({
      idleTimeoutMs: () => this.#pool.limits.idleTimeoutMs,
      reserve: () => this.#pool.reserve(target.key),
      open: () => this.#connect(target, undefined),
      options: () => this.#connection,
      sendAlone: (pending) => this.#startAlone(target, pending),
    });
    this.#sharing.set(target.key, sharing);
    return sharing;
  }

  /** On a new connection, or one that has become free meanwhile. */
  #acquire(target: HttpTarget, pending: PendingRequest): void {
    const { cancellation, record } = pending;
    if (record !== undefined) record.attempts += 1;
    this.#pool
      .acquire(target.key, () => this.#open(target, cancellation, record), signalOf(cancellation))
      .then(
        (connection) => this.#startOn(connection, target, pending),
        (error: Error) => (error === speaksHttp2 ? this.start(target, pending) : pending.failed(error)),
      );
  }

  #triesHttp2({ httpVersion, connector }: HttpTarget): boolean {
    if (httpVersion !== "auto") return httpVersion === "http2";
    return connector !== undefined && !this.#http11.has(connector);
  }

  #http2Of(target: HttpTarget): Http2Connections {
    const known = this.#http2.get(target.key);
    if (known !== undefined) return known;
    const connections = new Http2Connections({
      key: target.key,
      open: () => this.#connect(target, undefined),
      options: () => this.#connection,
      limits: () => this.#pool.limits,
      takeHttp11: target.httpVersion === "auto" ? (stream) => this.#keepHttp11(target, stream) : undefined,
      sendElsewhere: (pending) => this.start(target, pending),
      sendUpgrade: this.#sendUpgrade(target),
      emptied: () => {
        if (this.#http2.get(target.key) === connections) this.#http2.delete(target.key);
      },
    });
    this.#http2.set(target.key, connections);
    if (this.#closed) void connections.close();
    return connections;
  }

  /** How an upgrade goes on that HTTP/2 does not take, where that is possible: on connections of its own. */
  #sendUpgrade(target: HttpTarget): ((pending: PendingRequest) => void) | undefined {
    const { key, http11Connector: connector, httpVersion } = target;
    if (connector === undefined || httpVersion !== "auto") return undefined;
    const http11: HttpTarget = { ...target, key: `${key} http/1.1`, connector, httpVersion: undefined };
    return (pending) => this.#startAlone(http11, pending);
  }

  /** The server chose HTTP/1.1, and will do so again until it does not. */
  #keepHttp11(target: HttpTarget, stream: ByteStream): void {
    if (target.connector !== undefined) this.#http11.add(target.connector);
    const connection = this.#connectionOn(stream, target);
    if (connection.idle) this.#pool.put(target.key, connection);
  }

  #startOn(connection: ClientConnection, target: HttpTarget, pending: PendingRequest): void {
    const { request, cancellation } = pending;
    const again = connection.requests > 0 && isRepeatable(request);
    const sent = again ? new RepeatableRequest(target, pending, this.#again) : pending;
    try {
      connection.start(request, sent, cancellation);
    } catch (error) {
      // Nothing was sent: the connection is as good as before.
      if (connection.idle) this.#pool.put(target.key, connection);
      pending.failed(error as Error);
    }
  }

  async #open(
    target: HttpTarget,
    cancellation: Cancellation | undefined,
    record: SendRecord | undefined,
  ): Promise<ClientConnection> {
    const startedMs = record === undefined ? 0 : performance.now();
    const stream = await this.#connect(target, cancellation);
    if (record !== undefined) record.connectMs = performance.now() - startedMs;
    if (target.httpVersion === "auto" && stream.tls?.alpnProtocol === "h2") {
      if (target.connector !== undefined) this.#http11.delete(target.connector);
      this.#http2Of(target).adopt(stream);
      throw speaksHttp2;
    }
    return this.#connectionOn(stream, target);
  }

  #connectionOn(stream: ByteStream, target: HttpTarget): ClientConnection {
    const owner: ClientConnectionOwner = {
      connectionIdle: (connection) => this.#pool.put(target.key, connection),
      connectionClosed: (connection) => this.#pool.remove(connection),
    };
    return new ClientConnection(stream, owner, this.#connection);
  }

  #connect(target: HttpTarget, cancellation: Cancellation | undefined): Promise<ByteStream> {
    const { address, connector = this.#connector, preamble } = target;
    const options = { ...this.#limits, ...signalOf(cancellation) };
    return connector.connect(address, preamble === undefined ? options : { ...options, preamble });
  }
}

const signalOf = (cancellation: Cancellation | undefined): { readonly signal?: AbortSignal } =>
  cancellation === undefined ? {} : { signal: cancellation.signal };

const connectLimits = ({ connectTimeoutMs }: HttpClientOptions): Pick<ConnectOptions, "timeoutMs"> =>
  connectTimeoutMs === undefined ? {} : { timeoutMs: connectTimeoutMs };
