import {
  type LeavingReason,
  type ResolvedHttpClientConnectionOptions,
  SharedConnection,
  type SharedConnectionOwner,
} from "@monolake/http";
import { type ByteStream, deadlineClockMs } from "@monolake/streams";
import type { PendingRequest } from "./pending-request.ts";

/** An answer may keep others waiting for so long at least: far above what a healthy upstream needs, and hardly noticed. */
const patienceMs = 20;
/** And for so many times what the target's answers usually take: an upstream that is slow as a whole holds nobody up. */
const patienceFactor = 4;
/** Where no other connection shows that the target answers: for so many times as long. */
const alonePatienceFactor = 5;
/** How long requests get connections of their own after that; doubled each time until it goes well for as long. */
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;
const maxConnections = 256;

/** What the connections to one target are made with. */
export interface SharingSource {
  /** Of a connection that is opened now. */
  readonly idleTimeoutMs: () => number;
  readonly open: () => Promise<ByteStream>;
  /** Asks for the place of one more; undefined when there is none, else what gives it back. */
  readonly reserve: () => (() => void) | undefined;
  readonly options: () => ResolvedHttpClientConnectionOptions;
  /** Sends a request that was not answered on a connection of its own. */
  readonly sendAlone: (pending: PendingRequest) => void;
}

/**
 * The connections to one target on which requests do not wait for each other's answers. As few as possible, so that each
 * write and each read carries many messages. Where an answer is slow or long, all requests get connections of their own for a
 * while: one late answer may cost those behind it 20 ms, not its own time.
 */
export class ConnectionSharing implements SharedConnectionOwner<PendingRequest> {
  readonly #source: SharingSource;
  /** With what gives their places back. */
  readonly #open = new Map<SharedConnection<PendingRequest>, () => void>();
  #ready: SharedConnection<PendingRequest>[] = [];
  #opening = false;
  #closed: PromiseWithResolvers<void> | undefined = undefined;
  #pauseMs = firstPauseMs;
  #pausedUntilMs = 0;
  /** From one read of answers to the next, smoothed. */
  #usualMs = 0;
  readonly #lastAnswerMs = new Map<SharedConnection<PendingRequest>, number>();

  constructor(source: SharingSource) {
    this.#source = source;
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#open.size;
  }

  /** There is no connection, and none on the way. */
  get unused(): boolean {
    return this.#open.size === 0 && !this.#opening;
  }

  /**
   * Sends a repeatable request if there is room for it on a connection with at most `depth` in flight, else returns
   * false. Throws as `SharedConnection.start`.
   */
  start(pending: PendingRequest, depth: number): boolean {
    if (this.#pausedUntilMs > 0 && deadlineClockMs() < this.#pausedUntilMs) return false;
    for (const connection of this.#ready) {
      if (!connection.hasRoom(depth)) continue;
      connection.start(pending);
      return true;
    }
    if (!this.#opening && this.#open.size < maxConnections && this.#closed === undefined)
      void this.#connect();
    return false;
  }

  /** Closes idle connections now and the others when their requests are answered; resolves when there is none left. */
  close(): Promise<void> {
    if (this.#closed === undefined) {
      this.#closed = Promise.withResolvers();
      for (const connection of this.#open.keys()) connection.close();
      this.#ready = [];
      this.#settleClose();
    }
    return this.#closed.promise;
  }

  answered(connection: SharedConnection<PendingRequest>, waitedMs: number): void {
    this.#lastAnswerMs.set(connection, performance.now());
    this.#usualMs += (Math.min(waitedMs, patienceFactor * this.#usualMs + 1) - this.#usualMs) / 16;
  }

  /** Late, while others of the same target have their answers: what holds up the whole target is not the order of answers. */
  isBlocked(connection: SharedConnection<PendingRequest>, waitedMs: number): boolean {
    const allowedMs = Math.max(patienceMs, patienceFactor * this.#usualMs);
    if (waitedMs > alonePatienceFactor * allowedMs) return true;
    const lateSinceMs = performance.now() - waitedMs + allowedMs;
    for (const [other, answeredMs] of this.#lastAnswerMs) {
      if (other !== connection && answeredMs > lateSinceMs) return true;
    }
    return false;
  }

  leaving(
    connection: SharedConnection<PendingRequest>,
    reason: LeavingReason,
    unanswered: readonly PendingRequest[],
  ): void {
    this.#ready = this.#ready.filter((other) => other !== connection);
    if (reason !== "closed") this.#pause();
    for (const pending of unanswered) this.#source.sendAlone(pending);
  }

  connectionClosed(connection: SharedConnection<PendingRequest>): void {
    this.#open.get(connection)?.();
    this.#open.delete(connection);
    this.#lastAnswerMs.delete(connection);
    this.#ready = this.#ready.filter((other) => other !== connection);
    this.#settleClose();
  }

  async #connect(): Promise<void> {
    const giveBack = this.#source.reserve();
    if (giveBack === undefined) return;
    this.#opening = true;
    try {
      const stream = await this.#source.open();
      const sharing = { idleTimeoutMs: this.#source.idleTimeoutMs(), patienceMs };
      const connection = new SharedConnection<PendingRequest>(stream, this, this.#source.options(), sharing);
      if (stream.closed) return giveBack();
      this.#open.set(connection, giveBack);
      if (this.#closed === undefined) this.#ready.push(connection);
      else connection.close();
    } catch {
      // The requests go their own way and find out why.
      giveBack();
      this.#pause();
    } finally {
      this.#opening = false;
    }
  }

  #pause(): void {
    const nowMs = deadlineClockMs();
    // Several connections may be given up for one reason.
    if (nowMs < this.#pausedUntilMs) return;
    const wentWell = nowMs - this.#pausedUntilMs > this.#pauseMs;
    this.#pauseMs = wentWell ? firstPauseMs : Math.min(2 * this.#pauseMs, longestPauseMs);
    this.#pausedUntilMs = nowMs + this.#pauseMs;
  }

  #settleClose(): void {
    if (this.#open.size === 0) this.#closed?.resolve();
  }
}
