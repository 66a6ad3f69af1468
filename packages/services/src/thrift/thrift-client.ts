import type { Cancellation } from "@monolake/service-async";
import type { ByteStream } from "@monolake/streams";
import {
  type ResolvedThriftClientConnectionOptions,
  resolveThriftClientConnectionOptions,
  ThriftClientConnection,
  type ThriftClientConnectionOptions,
  type ThriftClientConnectionOwner,
  ThriftConnectionBusyError,
  type ThriftMessage,
} from "@monolake/thrift";
import {
  type ConnectOptions,
  type Connector,
  createConnector,
  Pool,
  type PoolLimits,
  type PoolStatistics,
  type ResolvedPoolLimits,
} from "@monolake/transports";
import { SettlingPlaces } from "./settling-places.ts";
import { SharedConnections } from "./shared-connections.ts";
import type { ThriftUpstreamTarget } from "./upstream-target.ts";

/** How a client connects and keeps connections. */
export interface ThriftClientOptions {
  /** For one connection, with the resolution of its name, every address that is tried, and TLS. Default 3,000. */
  readonly connectTimeoutMs?: number;
  /** Timeouts and limits of the Thrift connections. */
  readonly connection?: Omit<ThriftClientConnectionOptions, "maxCalls" | "idleTimeoutMs">;
  /** How many connections are opened and kept. */
  readonly pool?: PoolLimits;
  /** Calls that one shared connection takes at a time. Default 1,024. */
  readonly maxSharedCalls?: number;
  /** Opens connections. Default: TCP with names resolved by DNS, and unix sockets. */
  readonly connector?: Connector;
}

/** Who sends a call, and how. */
export interface SendOptions {
  /** Gives the call up when it is cancelled. */
  readonly cancellation?: Cancellation | undefined;
  /** Connections to the target that callers share; 0 for one call at a time on each connection. */
  readonly sharedConnections?: number;
}

/**
 * Sends Thrift calls over connections that are kept and used again: one call at a time on each of many, or the calls of many callers on
 * a few. A call is sent once: what fails behind that is the caller's to know.
 */
export class ThriftClient implements AsyncDisposable {
  readonly #pool: Pool<ThriftClientConnection>;
  readonly #shared = new Map<string, SharedConnections>();
  readonly #settling = new SettlingPlaces();
  #connector: Connector;
  #limits: Pick<ConnectOptions, "timeoutMs">;
  #connection: ResolvedThriftClientConnectionOptions;
  #sharedConnection: ResolvedThriftClientConnectionOptions;

  constructor(options: ThriftClientOptions = {}) {
    this.#connector = options.connector ?? createConnector();
    this.#limits = connectLimits(options);
    this.#connection = resolveThriftClientConnectionOptions(options.connection);
    this.#pool = new Pool<ThriftClientConnection>({
      ...options.pool,
      isReusable: (connection) => connection.idle,
      close: (connection) => connection.close(),
    });
    this.#sharedConnection = sharedOptions(options, this.#pool.limits);
  }

  /** Options for connections that are opened from now on. */
  update(options: ThriftClientOptions): void {
    this.#connector = options.connector ?? createConnector();
    this.#limits = connectLimits(options);
    this.#connection = resolveThriftClientConnectionOptions(options.connection);
    this.#pool.updateLimits(options.pool ?? {});
    this.#sharedConnection = sharedOptions(options, this.#pool.limits);
    // Of targets that are gone, for all that anybody knows.
    for (const [key, shared] of this.#shared) if (shared.unused) this.#shared.delete(key);
  }

  /**
   * Sends a call; resolves with its answer, or undefined for a oneway call when it is written. Rejects with what kept it from being
   * answered: an error of transports (connectors, names, the pool) where nothing was sent, ERR_THRIFT_UPSTREAM_CLOSED,
   * ERR_THRIFT_UPSTREAM_TIMEOUT, ERR_THRIFT_UPSTREAM_PROTOCOL, or the reason of the cancellation.
   */
  send(
    target: ThriftUpstreamTarget,
    message: ThriftMessage,
    { cancellation, sharedConnections = 0 }: SendOptions = {},
  ): Promise<ThriftMessage | undefined> {
    const key = target.keys[message.format.index] as string;
    const settled = this.#settling.settled(target.place);
    if (settled !== undefined) {
      return settled.then(() => this.send(target, message, { cancellation, sharedConnections }));
    }
    // A large call would keep others waiting behind it.
    if (sharedConnections > 0 && message.isWhole && target.preamble === undefined) {
      const connection = this.#sharedTo(key, target).take(sharedConnections);
      if (connection instanceof ThriftClientConnection) return connection.send(message, cancellation);
      if (connection !== undefined) return this.#sendShared(connection, target, message, cancellation);
    }
    const kept = this.#pool.take(key);
    if (kept !== undefined) return kept.send(message, cancellation);
    return this.#sendOnNew(key, target, message, cancellation);
  }

  /** Counts of connections that are not shared: open, idle, and callers that wait for one. */
  get statistics(): PoolStatistics {
    return this.#pool.statistics;
  }

  /** Closes idle connections now and the others when their calls are over. */
  close(): Promise<void> {
    for (const shared of this.#shared.values()) shared.close();
    this.#shared.clear();
    return this.#pool.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #sendShared(
    opening: Promise<ThriftClientConnection>,
    target: ThriftUpstreamTarget,
    message: ThriftMessage,
    cancellation: Cancellation | undefined,
  ): Promise<ThriftMessage | undefined> {
    const connection = await opening;
    try {
      return await connection.send(message, cancellation);
    } catch (error) {
      if (!(error instanceof ThriftConnectionBusyError)) throw error;
      const key = target.keys[message.format.index] as string;
      return this.#sendOnNew(key, target, message, cancellation);
    }
  }

  async #sendOnNew(
    key: string,
    target: ThriftUpstreamTarget,
    message: ThriftMessage,
    cancellation: Cancellation | undefined,
  ): Promise<ThriftMessage | undefined> {
    const signal = cancellation === undefined ? {} : { signal: cancellation.signal };
    const connection = await this.#pool.acquire(key, () => this.#openFor(key, target, signal), signal);
    return connection.send(message, cancellation);
  }

  async #openFor(
    key: string,
    target: ThriftUpstreamTarget,
    signal: { readonly signal?: AbortSignal },
  ): Promise<ThriftClientConnection> {
    const stream = await this.#connect(target, signal);
    const owner: ThriftClientConnectionOwner = {
      connectionIdle: (connection) => this.#pool.put(key, connection),
      connectionClosed: (connection) => {
        if (connection.broken) this.#settling.add(target.place);
        this.#pool.remove(connection);
      },
    };
    return opened(new ThriftClientConnection(stream, owner, this.#connection));
  }

  #sharedTo(key: string, target: ThriftUpstreamTarget): SharedConnections {
    let shared = this.#shared.get(key);
    if (shared === undefined) {
      shared = new SharedConnections({
        reserve: () => this.#pool.reserve(key),
        open: (closed) => this.#openShared(target, closed),
      });
      this.#shared.set(key, shared);
    }
    return shared;
  }

  #connect(target: ThriftUpstreamTarget, options: ConnectOptions): Promise<ByteStream> {
    const { address, connector = this.#connector, preamble } = target;
    const all = { ...this.#limits, ...options };
    return connector.connect(address, preamble === undefined ? all : { ...all, preamble });
  }

  async #openShared(target: ThriftUpstreamTarget, closed: () => void): Promise<ThriftClientConnection> {
    const stream = await this.#connect(target, {});
    const owner: ThriftClientConnectionOwner = {
      connectionIdle() {},
      connectionClosed: (connection) => {
        if (connection.broken) this.#settling.add(target.place);
        closed();
      },
    };
    return opened(new ThriftClientConnection(stream, owner, this.#sharedConnection));
  }
}

/** One that was closed before it was here has said so to nobody who knew it, and one that can take no call is nobody's: neither is to be kept. */
function opened(connection: ThriftClientConnection): ThriftClientConnection {
  if (connection.available) return connection;
  connection.close();
  throw new ThriftConnectionBusyError({ state: "closed" });
}

const sharedOptions = (
  { connection, maxSharedCalls = 1_024 }: ThriftClientOptions,
  { idleTimeoutMs }: ResolvedPoolLimits,
): ResolvedThriftClientConnectionOptions =>
  resolveThriftClientConnectionOptions({ ...connection, maxCalls: maxSharedCalls, idleTimeoutMs });

const connectLimits = ({ connectTimeoutMs }: ThriftClientOptions): Pick<ConnectOptions, "timeoutMs"> =>
  connectTimeoutMs === undefined ? {} : { timeoutMs: connectTimeoutMs };
