import {
  ClientConnection,
  type ClientConnectionOwner,
  type HttpClientConnectionOptions,
  type HttpRequest,
  type HttpResponse,
  type ResolvedHttpClientConnectionOptions,
  resolveHttpClientConnectionOptions,
  UpstreamClosedError,
} from "@monolake/http";
import type { Cancellation } from "@monolake/service-async";
import type { SocketAddress } from "@monolake/streams";
import {
  type Connector,
  createConnector,
  Pool,
  type PoolLimits,
  type PoolStatistics,
} from "@monolake/transports";
import { isRepeatable } from "./repeatable.ts";

/** Where requests go. Targets with one key share connections, so a key stands for one place. */
export interface HttpTarget {
  readonly key: string;
  /** Its address; a host name is resolved when a connection is opened. */
  readonly address: SocketAddress;
}

/** How a client connects and keeps connections. */
export interface HttpClientOptions {
  /** For one connection, with the resolution of its name and every address that is tried. Default 3,000. */
  readonly connectTimeoutMs?: number;
  /** Timeouts and limits of the HTTP connections. */
  readonly connection?: HttpClientConnectionOptions;
  /** How many connections are opened and kept. */
  readonly pool?: PoolLimits;
  /** Opens connections. Default: TCP with names resolved by DNS, and unix sockets. */
  readonly connector?: Connector;
}

/** What is noted of how a request was sent: the client adds to it as far as it comes. */
export interface SendRecord {
  /** Raised by one for each connection that the request is to be sent on. */
  attempts: number;
  /** To open the connection, with the resolution of its name; as it was where a kept connection serves. */
  connectMs: number | undefined;
}

/**
 * Sends HTTP/1.1 requests over connections that are kept and used again. A request that meets a kept connection which its
 * peer is just closing is sent again on a new one, when that can do no harm.
 */
export class HttpClient implements AsyncDisposable {
  readonly #pool: Pool<ClientConnection>;
  #connector: Connector;
  #connection: ResolvedHttpClientConnectionOptions;

  constructor(options: HttpClientOptions = {}) {
    this.#connector = connectorOf(options);
    this.#connection = resolveHttpClientConnectionOptions(options.connection);
    this.#pool = new Pool<ClientConnection>({
      ...options.pool,
      isReusable: (connection) => connection.idle,
      close: (connection) => connection.close(),
    });
  }

  /** Options for connections that are opened from now on. */
  update(options: HttpClientOptions): void {
    this.#connector = connectorOf(options);
    this.#connection = resolveHttpClientConnectionOptions(options.connection);
    this.#pool.updateLimits(options.pool ?? {});
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
    const kept = this.#pool.take(target.key);
    if (kept === undefined) return this.#requestOnNew(target, request, cancellation, record);
    if (record !== undefined) record.attempts += 1;
    if (!isRepeatable(request)) return kept.send(request, cancellation);
    return kept.send(request, cancellation).catch((error: unknown) => {
      if (!wasTooOld(error) || cancellation?.cancelled) throw error;
      return this.#requestOnNew(target, request, cancellation, record);
    });
  }

  /** Counts of connections: open, idle, and callers that wait for one. */
  get statistics(): PoolStatistics {
    return this.#pool.statistics;
  }

  /** Closes idle connections now and the others when their exchange is over. */
  close(): Promise<void> {
    return this.#pool.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #requestOnNew(
    target: HttpTarget,
    request: HttpRequest,
    cancellation: Cancellation | undefined,
    record: SendRecord | undefined,
  ): Promise<HttpResponse> {
    if (record !== undefined) record.attempts += 1;
    const connection = await this.#pool.acquire(
      target.key,
      () => this.#open(target, cancellation, record),
      signalOf(cancellation),
    );
    return connection.send(request, cancellation);
  }

  async #open(
    target: HttpTarget,
    cancellation: Cancellation | undefined,
    record: SendRecord | undefined,
  ): Promise<ClientConnection> {
    const startedMs = record === undefined ? 0 : performance.now();
    const stream = await this.#connector.connect(target.address, signalOf(cancellation));
    if (record !== undefined) record.connectMs = performance.now() - startedMs;
    const owner: ClientConnectionOwner = {
      connectionIdle: (connection) => this.#pool.put(target.key, connection),
      connectionClosed: (connection) => this.#pool.remove(connection),
    };
    return new ClientConnection(stream, owner, this.#connection);
  }
}

/** A kept connection that closed without a byte of an answer: its peer had given it up before the request came. */
const wasTooOld = (error: unknown): boolean =>
  error instanceof UpstreamClosedError && error.unanswered && error.reused;

const signalOf = (cancellation: Cancellation | undefined): { readonly signal?: AbortSignal } =>
  cancellation === undefined ? {} : { signal: cancellation.signal };

const connectorOf = ({ connector, connectTimeoutMs }: HttpClientOptions): Connector =>
  connector ?? createConnector(connectTimeoutMs === undefined ? {} : { timeoutMs: connectTimeoutMs });
