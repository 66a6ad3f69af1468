// The global one is a getter, which costs a look-up and a call each time.
import { performance } from "node:perf_hooks";
import { PoolClosedError, PoolQueueFullError, PoolWaitTimeoutError } from "../errors.ts";
import { ExpiryTimer, longestTimerMs } from "./expiry-timer.ts";
import { IdleChain } from "./idle-chain.ts";
import {
  type AcquireOptions,
  type PoolLimits,
  type PoolOptions,
  type ResolvedPoolLimits,
  resolvePoolLimits,
} from "./pool-options.ts";
import { type Bucket, createBucket, createSlot, type Slot } from "./pool-slot.ts";
import { noCounters, type PoolCounters, type PoolStatistics } from "./pool-statistics.ts";
import { WaitQueue } from "./wait-queue.ts";

/** A connection is closed up to so small a part of its idle timeout too early, never too late: upstreams have timeouts, too. */
const clockParts = 32;

/**
 * Connections by target, for reuse. A connection is in use from `acquire` or `take` until `put`, or until `remove` when it
 * is closed or not fit for reuse. Nothing is allocated where an idle connection is found and given back: no promise, no
 * timer. One timer serves the whole pool, and keeps no process alive.
 */
export class Pool<Connection extends object> implements AsyncDisposable {
  readonly #close: (connection: Connection) => void;
  readonly #isReusable: (connection: Connection) => boolean;
  readonly #buckets = new Map<string, Bucket<Connection>>();
  readonly #slots = new Map<Connection, Slot<Connection>>();
  readonly #idle = new IdleChain<Connection>();
  #limits: ResolvedPoolLimits;
  #opening = 0;
  #hits = 0;
  #misses = 0;
  readonly #expiry = new ExpiryTimer(() => this.#expire());
  /** When the timer was started or came last: it is that late at most. To ask the system each time took 1 to 2 % of a proxied request. */
  #clockMs = 0;
  #closed: PromiseWithResolvers<void> | undefined = undefined;

  /** @throws {RangeError} for a limit that makes no sense. */
  constructor(options: PoolOptions<Connection>) {
    this.#close = options.close;
    this.#isReusable = options.isReusable ?? (() => true);
    this.#limits = resolvePoolLimits(options);
  }

  /** The limits in force. */
  get limits(): ResolvedPoolLimits {
    return this.#limits;
  }

  /** Figures of the whole pool. */
  get statistics(): PoolStatistics {
    let waiting = 0;
    for (const bucket of this.#buckets.values()) waiting += bucket.waiting?.length ?? 0;
    const open = this.#slots.size + this.#opening;
    return { open, idle: this.#idle.size, waiting, hits: this.#hits, misses: this.#misses };
  }

  /** Figures of one target. */
  countersOf(key: string): PoolCounters {
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return noCounters;
    return { open: bucket.open, idle: bucket.idle, waiting: bucket.waiting?.length ?? 0 };
  }

  /** The idle connection to `key` that was used last; undefined when there is none. */
  take(key: string): Connection | undefined {
    const bucket = this.#buckets.get(key);
    for (let slot = bucket?.newest; slot !== undefined; slot = bucket?.newest) {
      const { connection } = slot;
      if (this.#isReusable(connection)) {
        this.#idle.remove(slot);
        this.#hits += 1;
        return connection;
      }
      this.#drop(slot);
    }
    this.#misses += 1;
    return undefined;
  }

  /**
   * Gives a connection back, to whoever waits for one or to stay idle. One that the pool does not know yet belongs to it
   * from now on. Beyond the limits, or when the pool is closed, the connection is closed.
   */
  put(key: string, connection: Connection): void {
    const slot = this.#slots.get(connection) ?? this.#register(this.#bucketOf(key), connection);
    if (slot.idle) return;
    const { bucket } = slot;
    if (this.#closed !== undefined || bucket.open > this.#limits.maxConnections) return this.#drop(slot);
    if (bucket.waiting !== undefined && bucket.waiting.length > 0) {
      if (this.#isReusable(connection)) bucket.waiting.serve({ type: "connection", connection });
      else this.#drop(slot);
      return;
    }
    if (!this.#expiry.armed) this.#startExpiry();
    this.#idle.add(slot, this.#clockMs);
    if (bucket.idle > this.#limits.maxIdlePerKey) this.#drop(bucket.oldest);
    if (this.#idle.size > this.#limits.maxIdle) this.#drop(this.#idle.oldest);
  }

  /**
   * Forgets a connection, idle or in use, that is closed or that its user keeps for ever (a tunnel). The pool does not
   * close it. May be called again, and for connections that the pool does not know.
   */
  remove(connection: Connection): void {
    const slot = this.#slots.get(connection);
    if (slot !== undefined) this.#forget(slot);
  }

  /**
   * An idle connection to `key`, or a new one from `open` if the limits allow it, or the next one that becomes free.
   * Callers wait in the order in which they came. On hot paths try {@link take} first.
   *
   * @throws {PoolQueueFullError} `ERR_POOL_QUEUE_FULL`
   * @throws {PoolWaitTimeoutError} `ERR_POOL_WAIT_TIMEOUT`
   * @throws {PoolClosedError} `ERR_POOL_CLOSED`; and whatever `open` throws, and the signal's reason.
   */
  async acquire(
    key: string,
    open: () => Connection | Promise<Connection>,
    { signal }: AcquireOptions = {},
  ): Promise<Connection> {
    signal?.throwIfAborted();
    if (this.#closed !== undefined) throw new PoolClosedError({ key });
    const idle = this.take(key);
    if (idle !== undefined) return idle;
    const bucket = this.#bucketOf(key);
    if (bucket.open < this.#limits.maxConnections) {
      this.#reserve(bucket);
    } else {
      const turn = await this.#wait(bucket, signal);
      if (turn.type === "connection") return turn.connection;
    }
    return this.#open(bucket, open);
  }

  /**
   * Counts a connection to `key` that its owner keeps outside of the pool, such as one that callers share; the function that it
   * gives ends that. An idle connection makes room for it. Undefined when there is none: one place always stays for callers
   * of {@link acquire}, and those who wait come first.
   */
  reserve(key: string): (() => void) | undefined {
    const { maxConnections } = this.#limits;
    const known = this.#buckets.get(key);
    const inUse = known === undefined ? 0 : known.open - known.idle;
    const waiting = known?.waiting?.length ?? 0;
    if (inUse + 2 > maxConnections || waiting > 0 || this.#closed !== undefined) return undefined;
    const bucket = this.#bucketOf(key);
    bucket.open += 1;
    while (bucket.open >= maxConnections && bucket.oldest !== undefined) this.#drop(bucket.oldest);
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      bucket.open -= 1;
      this.#shrank(bucket);
    };
  }

  /**
   * Changes limits, for the connections that are there as well: what is idle beyond them is closed, what is in use when it
   * is given back.
   *
   * @throws {RangeError} for a limit that makes no sense; then nothing changes.
   */
  updateLimits(limits: PoolLimits): void {
    this.#limits = resolvePoolLimits(limits, this.#limits);
    const { maxConnections, maxIdlePerKey, maxIdle } = this.#limits;
    for (const bucket of [...this.#buckets.values()]) {
      const isOver = () => bucket.idle > maxIdlePerKey || bucket.open > maxConnections;
      while (bucket.oldest !== undefined && isOver()) this.#drop(bucket.oldest);
      this.#serveRoom(bucket);
    }
    while (this.#idle.size > maxIdle) this.#drop(this.#idle.oldest);
    this.#expire();
  }

  /**
   * Closes idle connections at once, sends away who waits, and closes each connection in use when it is given back. Resolves
   * when there is none left. Calling it again gives the same promise.
   */
  close(): Promise<void> {
    if (this.#closed === undefined) {
      this.#closed = Promise.withResolvers();
      while (this.#idle.oldest !== undefined) this.#drop(this.#idle.oldest);
      for (const { key, waiting } of this.#buckets.values()) waiting?.rejectAll(new PoolClosedError({ key }));
      this.#expiry.clear();
      this.#settleClose();
    }
    return this.#closed.promise;
  }

  /** As {@link close}, and closes the connections in use at once too. */
  destroy(): void {
    void this.close();
    for (const slot of [...this.#slots.values()]) this.#drop(slot);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #bucketOf(key: string): Bucket<Connection> {
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      bucket = createBucket(key);
      this.#buckets.set(key, bucket);
    }
    return bucket;
  }

  #register(bucket: Bucket<Connection>, connection: Connection): Slot<Connection> {
    const slot = createSlot(connection, bucket);
    bucket.open += 1;
    this.#slots.set(connection, slot);
    return slot;
  }

  #wait(bucket: Bucket<Connection>, signal: AbortSignal | undefined) {
    const { maxConnections, maxWaiting, waitTimeoutMs: timeoutMs } = this.#limits;
    const { key } = bucket;
    bucket.waiting ??= new WaitQueue();
    if (bucket.waiting.length >= maxWaiting)
      throw new PoolQueueFullError({ key, maxConnections, maxWaiting });
    const timeoutError = () => new PoolWaitTimeoutError({ key, timeoutMs });
    return bucket.waiting.wait({ timeoutMs: Math.min(timeoutMs, longestTimerMs), timeoutError, signal });
  }

  #reserve(bucket: Bucket<Connection>): void {
    bucket.open += 1;
    this.#opening += 1;
  }

  #unreserve(bucket: Bucket<Connection>): void {
    bucket.open -= 1;
    this.#opening -= 1;
  }

  async #open(bucket: Bucket<Connection>, open: () => Connection | Promise<Connection>): Promise<Connection> {
    let connection: Connection;
    try {
      connection = await open();
    } catch (error) {
      this.#unreserve(bucket);
      this.#shrank(bucket);
      throw error;
    }
    this.#unreserve(bucket);
    const slot = this.#register(bucket, connection);
    if (this.#closed === undefined) return connection;
    this.#drop(slot);
    throw new PoolClosedError({ key: bucket.key });
  }

  #drop(slot: Slot<Connection> | undefined): void {
    if (slot !== undefined && this.#forget(slot)) this.#close(slot.connection);
  }

  /** False when it was forgotten before. */
  #forget(slot: Slot<Connection>): boolean {
    if (this.#slots.get(slot.connection) !== slot) return false;
    if (slot.idle) this.#idle.remove(slot);
    this.#slots.delete(slot.connection);
    slot.bucket.open -= 1;
    this.#shrank(slot.bucket);
    return true;
  }

  /** There is one connection less. */
  #shrank(bucket: Bucket<Connection>): void {
    this.#serveRoom(bucket);
    if (bucket.open === 0) this.#buckets.delete(bucket.key);
    this.#settleClose();
  }

  #serveRoom(bucket: Bucket<Connection>): void {
    while (bucket.open < this.#limits.maxConnections && bucket.waiting?.serve({ type: "open" }))
      this.#reserve(bucket);
  }

  #settleClose(): void {
    if (this.#slots.size === 0 && this.#opening === 0) this.#closed?.resolve();
  }

  #startExpiry(): void {
    this.#clockMs = performance.now();
    this.#expiry.arm(this.#limits.idleTimeoutMs / clockParts);
  }

  /** Closes what was idle for too long, and sees to it that the next one will be. */
  #expire(): void {
    this.#expiry.clear();
    const { idleTimeoutMs } = this.#limits;
    this.#clockMs = performance.now();
    for (let slot = this.#idle.oldest; slot !== undefined; slot = this.#idle.oldest) {
      const restMs = slot.idleSinceMs + idleTimeoutMs - this.#clockMs;
      if (restMs > 0) return this.#expiry.arm(Math.min(restMs, idleTimeoutMs / clockParts));
      this.#drop(slot);
    }
  }
}
