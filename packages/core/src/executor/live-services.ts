import { drainChain, type SharedService, shareService } from "@monolake/service-async";
import type { Logger } from "../logger.ts";
import type { SiteService } from "./serve.ts";

/** The services of one worker that have not ended: staged, committed, or held by a connection. */
export class LiveServices {
  readonly #logger: Logger;
  readonly #services = new Map<SiteService, SharedService<SiteService>>();
  #waiting: (() => void)[] = [];

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  get size(): number {
    return this.#services.size;
  }

  /** Counts the holders of a service that a factory made; the caller is one of them. */
  count(service: SiteService): SharedService<SiteService> {
    const known = this.#services.get(service);
    // A factory may give the same service twice: then both uses share one count, and one end.
    if (known !== undefined && known.holders > 0) {
      known.retain();
      return known;
    }
    const shared = shareService(service);
    this.#services.set(service, shared);
    void this.#forgetAtEnd(shared);
    return shared;
  }

  /** Asks every service to end its connections politely. */
  drain(): void {
    for (const service of this.#services.keys()) drainChain(service);
  }

  /** Resolves when every service has ended, which may be at once. */
  whenEmpty(): Promise<void> {
    if (this.#services.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async #forgetAtEnd(shared: SharedService<SiteService>): Promise<void> {
    try {
      await shared.ended;
    } catch (error) {
      this.#logger.warn({ err: error }, "disposing a service failed");
    }
    if (this.#services.get(shared.service) === shared) this.#services.delete(shared.service);
    if (this.#services.size > 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
