import {
  ConnectionBusyError,
  Http2ClientConnection,
  type Http2ClientConnectionOwner,
  type HttpRequest,
  type HttpResponse,
  type ResolvedHttpClientConnectionOptions,
  UpgradeUnsupportedError,
  UpstreamRefusedError,
} from "@monolake/http";
import type { Cancellation } from "@monolake/service-async";
import {
  type ByteStream,
  deadlineClockMs,
  deadlineIn,
  type Expiring,
  unwatchDeadline,
  watchDeadline,
} from "@monolake/streams";
import {
  PoolClosedError,
  PoolQueueFullError,
  PoolWaitTimeoutError,
  type ResolvedPoolLimits,
} from "@monolake/transports";
import type { PendingRequest, SendRecord } from "./pending-request.ts";
import { isRepeatable, wasTooOld } from "./repeatable.ts";
import { WaitingRequest } from "./waiting-request.ts";

/** What the connections to one target are made with. */
export interface Http2Source {
  readonly key: string;
  readonly open: () => Promise<ByteStream>;
  readonly options: () => ResolvedHttpClientConnectionOptions;
  readonly limits: () => ResolvedPoolLimits;
  /**
   * Takes a stream on which the server wants to speak HTTP/1.1; what waited for it is sent by `sendElsewhere`. Left out: HTTP/2 is
   * spoken, whatever was agreed on.
   */
  readonly takeHttp11: ((stream: ByteStream) => void) | undefined;
  readonly sendElsewhere: (pending: PendingRequest) => void;
  /** Sends an upgrade that these connections do not take. Left out: it fails. */
  readonly sendUpgrade: ((pending: PendingRequest) => void) | undefined;
  /** No connection is left, and nobody waits for one. */
  readonly emptied: () => void;
}

/** How often a request that was refused unseen is sent again. */
const maxRefusals = 3;

/**
 * The connections of HTTP/2 to one target: as few as its limit of streams lets them be. A request that finds no room waits for
 * the next connection, or for another request to be over.
 */
export class Http2Connections implements Http2ClientConnectionOwner, Expiring {
  deadlineMs = Number.POSITIVE_INFINITY;
  readonly #source: Http2Source;
  /** All that are open, and until when those that are idle stay so. */
  readonly #idleUntilMs = new Map<Http2ClientConnection, number>();
  readonly #ready = new Set<Http2ClientConnection>();
  readonly #waiting = new Set<WaitingRequest>();
  #opening = 0;
  #closed: PromiseWithResolvers<void> | undefined = undefined;

  constructor(source: Http2Source) {
    this.#source = source;
  }

  /** Connections that are open, and requests that wait for one. */
  get statistics(): { readonly open: number; readonly waiting: number } {
    return { open: this.#idleUntilMs.size + this.#opening, waiting: this.#waiting.size };
  }

  /** Sends a request, now or when there is room; `pending` hears of its response, or why there is none. */
  start(pending: PendingRequest): void {
    const { key } = this.#source;
    if (this.#closed !== undefined) return pending.failed(new PoolClosedError({ key }));
    const connection = this.#withRoom();
    if (connection !== undefined) return this.#send(connection, pending);
    if (pending.cancellation?.cancelled) return pending.failed(pending.cancellation.reason as Error);
    const { maxConnections, maxWaiting, waitTimeoutMs } = this.#source.limits();
    const full = this.#opening === 0 && this.#idleUntilMs.size >= maxConnections;
    if (full && this.#waiting.size >= maxWaiting)
      return pending.failed(new PoolQueueFullError({ key, maxConnections, maxWaiting }));
    this.#waiting.add(new WaitingRequest(pending, deadlineIn(waitTimeoutMs), this.#waiting));
    this.#watch(deadlineIn(waitTimeoutMs));
    this.#grow();
  }

  /** For a request that no connection of HTTP/2 takes. */
  startUpgrade(pending: PendingRequest, error: Error): void {
    const { sendUpgrade } = this.#source;
    if (sendUpgrade === undefined) pending.failed(error);
    else sendUpgrade(pending);
  }

  /** Takes an open stream on which HTTP/2 is spoken. */
  adopt(stream: ByteStream): void {
    const connection = new Http2ClientConnection(stream, this, this.#source.options());
    this.#idleUntilMs.set(connection, Number.POSITIVE_INFINITY);
    if (this.#closed !== undefined) return connection.close();
    this.#ready.add(connection);
    this.#serve();
    this.#noteIdle(connection);
  }

  /** Closes idle connections now and the others when their requests are answered; resolves when there is none left. */
  close(): Promise<void> {
    if (this.#closed === undefined) {
      this.#closed = Promise.withResolvers();
      this.#failWaiting(() => new PoolClosedError({ key: this.#source.key }));
      for (const connection of this.#idleUntilMs.keys()) connection.close();
      this.#settleClose();
    }
    return this.#closed.promise;
  }

  connectionHasRoom(connection: Http2ClientConnection): void {
    if (!this.#idleUntilMs.has(connection)) return;
    this.#idleUntilMs.set(connection, Number.POSITIVE_INFINITY);
    this.#serve();
    this.#noteIdle(connection);
  }

  connectionLeaving(connection: Http2ClientConnection): void {
    this.#ready.delete(connection);
    this.#grow();
  }

  connectionClosed(connection: Http2ClientConnection): void {
    this.#ready.delete(connection);
    this.#idleUntilMs.delete(connection);
    this.#grow();
    this.#settleClose();
  }

  onDeadline(): void {
    const nowMs = deadlineClockMs();
    const { waitTimeoutMs } = this.#source.limits();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const waiting of this.#waiting) {
      // While one is being opened, the connector has the word.
      if (waiting.deadlineMs <= nowMs && this.#opening === 0)
        waiting.fail(new PoolWaitTimeoutError({ key: this.#source.key, timeoutMs: waitTimeoutMs }));
      else nextMs = Math.min(nextMs, waiting.deadlineMs);
    }
    for (const [connection, untilMs] of this.#idleUntilMs) {
      if (untilMs <= nowMs) connection.close();
      else nextMs = Math.min(nextMs, untilMs);
    }
    this.deadlineMs = nextMs;
    if (nextMs === Number.POSITIVE_INFINITY) unwatchDeadline(this);
  }

  #withRoom(): Http2ClientConnection | undefined {
    for (const connection of this.#ready) if (connection.hasRoom) return connection;
    return undefined;
  }

  #send(connection: Http2ClientConnection, pending: PendingRequest): void {
    this.#idleUntilMs.set(connection, Number.POSITIVE_INFINITY);
    if (pending.record !== undefined) pending.record.attempts += 1;
    const attempt = new Attempt(pending, this);
    try {
      connection.start(pending.request, attempt, pending.cancellation);
    } catch (error) {
      attempt.failed(error as Error);
    }
  }

  /** Gives those that wait what room there is. */
  #serve(): void {
    for (const waiting of this.#waiting) {
      const connection = this.#withRoom();
      if (connection === undefined) return this.#grow();
      this.#send(connection, waiting.take());
    }
  }

  /** One more connection for those that wait, if there may be one. */
  #grow(): void {
    if (this.#waiting.size === 0 || this.#opening > 0 || this.#closed !== undefined) return;
    if (this.#withRoom() !== undefined) return this.#serve();
    if (this.#ready.size >= this.#source.limits().maxConnections) return;
    void this.#open();
  }

  async #open(): Promise<void> {
    this.#opening += 1;
    const startedMs = performance.now();
    const waited = [...this.#waiting];
    try {
      const stream = await this.#source.open();
      this.#opening -= 1;
      for (const { record } of waited)
        if (record !== undefined) record.connectMs = performance.now() - startedMs;
      const { takeHttp11 } = this.#source;
      if (takeHttp11 === undefined || stream.tls?.alpnProtocol === "h2") this.adopt(stream);
      else {
        takeHttp11(stream);
        for (const waiting of this.#waiting) this.#source.sendElsewhere(waiting.take());
      }
    } catch (error) {
      this.#opening -= 1;
      // Others may be over in time; where there are none, this is what there is to say.
      if (this.#ready.size === 0) this.#failWaiting(() => error as Error);
    }
    this.#settleClose();
  }

  #failWaiting(error: () => Error): void {
    for (const waiting of this.#waiting) waiting.fail(error());
  }

  #noteIdle(connection: Http2ClientConnection): void {
    if (!connection.idle || !this.#idleUntilMs.has(connection)) return;
    const untilMs = deadlineIn(this.#source.limits().idleTimeoutMs);
    this.#idleUntilMs.set(connection, untilMs);
    this.#watch(untilMs);
  }

  #watch(deadlineMs: number): void {
    if (deadlineMs >= this.deadlineMs) return;
    if (this.deadlineMs === Number.POSITIVE_INFINITY) watchDeadline(this);
    this.deadlineMs = deadlineMs;
  }

  #settleClose(): void {
    if (this.#opening > 0 || this.#idleUntilMs.size > 0 || this.#waiting.size > 0) return;
    unwatchDeadline(this);
    this.deadlineMs = Number.POSITIVE_INFINITY;
    this.#source.emptied();
    this.#closed?.resolve();
  }
}

/** A request on a connection: what nobody has looked at is sent again, and what a connection that grew too old has lost. */
class Attempt implements PendingRequest {
  readonly request: HttpRequest;
  readonly cancellation: Cancellation | undefined;
  readonly record: SendRecord | undefined;
  /** How often it was sent. */
  readonly #times: number;
  readonly #pending: PendingRequest;
  readonly #connections: Http2Connections;

  constructor(pending: PendingRequest, connections: Http2Connections) {
    this.request = pending.request;
    this.cancellation = pending.cancellation;
    this.record = pending.record;
    this.#times = pending instanceof Attempt ? pending.#times + 1 : 1;
    this.#pending = pending instanceof Attempt ? pending.#pending : pending;
    this.#connections = connections;
  }

  responded(response: HttpResponse): void {
    this.#pending.responded(response);
  }

  failed(error: Error): void {
    if (error instanceof UpgradeUnsupportedError) return this.#connections.startUpgrade(this.#pending, error);
    const again = mayGoAgain(error, this.request, this.#times) && this.cancellation?.cancelled !== true;
    if (again) this.#connections.start(this);
    else this.#pending.failed(error);
  }
}

function mayGoAgain(error: Error, request: HttpRequest, times: number): boolean {
  // Busy: what waited for SETTINGS found less room than before.
  if (error instanceof UpstreamRefusedError || error instanceof ConnectionBusyError)
    return request.body.length === 0 && times <= maxRefusals;
  return wasTooOld(error) && isRepeatable(request) && times === 1;
}
