import { setTimeout as pause } from "node:timers/promises";
import { asError, MonolakeError } from "@monolake/errors";
import type { Service } from "@monolake/service-async";
import { type Acceptor, destroyAccepted } from "../commands/acceptor.ts";
import { ListenerClosedError } from "../errors.ts";
import type { Logger } from "../logger.ts";
import { settledWithin } from "../time-limit.ts";
import type { InFlightConnections } from "./in-flight.ts";
import type { ServiceSlot } from "./service-slot.ts";

/** A service of whatever its site's listener accepts. */
export type SiteService = Service<unknown, unknown, object>;

/** What a {@link ServeLoop} connects. */
export interface ServeOptions {
  readonly site: string;
  readonly acceptor: Acceptor<unknown>;
  readonly slot: ServiceSlot<SiteService>;
  readonly connections: InFlightConnections;
  readonly logger: Logger;
}

/** How long a listener may take to close before the loop goes on without it. */
const closeLimitMs = 5_000;
const acceptPause = { firstMs: 5, maxMs: 1_000 };

/**
 * Takes what an acceptor accepts, one after the other, and calls with each the service that the slot holds at that
 * moment. Neither a failed accept nor a failed call ends it.
 */
export class ServeLoop {
  /** Resolves when nothing more will be accepted. Never rejects. */
  readonly ended: Promise<void>;
  readonly #options: ServeOptions;
  readonly #stopping = new AbortController();
  #stopped: Promise<void> | undefined;

  constructor(options: ServeOptions) {
    this.#options = options;
    this.ended = this.#run();
  }

  /**
   * Closes the acceptor, serves what it had accepted before, then empties the slot. Connections go on. Waits for at
   * most 5 seconds; whatever the acceptor delivers after that is broken with {@link ListenerClosedError}.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const { site, acceptor, slot, logger } = this.#options;
    this.#stopping.abort();
    const closed = Promise.all([closeAcceptor(acceptor, site, logger), this.ended]);
    if (!(await settledWithin(closed, closeLimitMs)))
      logger.warn({ site, limitMs: closeLimitMs }, "the listener did not end in time after it was closed");
    slot.clear();
  }

  async #run(): Promise<void> {
    const { site, acceptor, logger } = this.#options;
    try {
      await this.#acceptAll(acceptor[Symbol.asyncIterator]());
    } catch (error) {
      logger.error({ site, err: error }, "the listener cannot be iterated");
      return;
    }
    if (this.#stopping.signal.aborted) logger.info({ site }, "stopped accepting");
    else logger.warn({ site }, "the listener ended by itself");
  }

  async #acceptAll(iterator: AsyncIterator<unknown>): Promise<void> {
    const { site, logger } = this.#options;
    const { signal } = this.#stopping;
    let pauseMs = acceptPause.firstMs;
    for (;;) {
      try {
        const next = await iterator.next();
        if (next.done === true) return;
        pauseMs = acceptPause.firstMs;
        this.#serve(next.value);
      } catch (error) {
        if (signal.aborted) return;
        logger.warn({ site, err: error, pauseMs }, "accepting failed");
        // Without a pause, a lasting failure such as too many open files would keep the thread busy.
        await pause(pauseMs, undefined, { signal }).catch(() => {});
        pauseMs = Math.min(pauseMs * 2, acceptPause.maxMs);
      }
    }
  }

  #serve(accepted: unknown): void {
    const { site, slot, connections } = this.#options;
    const held = slot.take();
    if (held === undefined) {
      destroyAccepted(accepted, new ListenerClosedError({ site }));
      return;
    }
    const connection = connections.add(accepted, held.service);
    void this.#call(held.service, accepted).finally(() => {
      connections.delete(connection);
      void held.release();
    });
  }

  async #call(service: SiteService, accepted: unknown): Promise<void> {
    const { site, logger } = this.#options;
    try {
      await service.call(accepted, {});
      logger.debug({ site }, "connection complete");
    } catch (thrown) {
      const error = asError(thrown, "the service failed");
      destroyAccepted(accepted, error);
      if (isPeersFault(error)) logger.debug({ site, err: error }, "connection broken by its peer");
      else logger.warn({ site, err: error }, "connection broken");
    }
  }
}

/** Disposes an acceptor; a failure is only logged, since nobody can do anything about it. */
export async function closeAcceptor(
  acceptor: Acceptor<unknown>,
  site: string,
  logger: Logger,
): Promise<void> {
  try {
    await acceptor[Symbol.asyncDispose]();
  } catch (error) {
    logger.warn({ site, err: error }, "closing the listener failed");
  }
}

/** Peers that go away are everyday business and not worth a warning. */
const isPeersFault = (error: Error): boolean =>
  MonolakeError.is(error)
    ? error.source === "downstream"
    : "code" in error && (error.code === "ECONNRESET" || error.code === "EPIPE");
