import type { SharedService } from "@monolake/service-async";
import { ServeLoop, type ServeOptions, type SiteService } from "./serve.ts";
import { ServiceSlot } from "./service-slot.ts";

/** A service behind a listener. */
interface Committed {
  readonly slot: ServiceSlot<SiteService>;
  readonly loop: ServeLoop;
}

/** What {@link DeploymentContainer.deploy} needs besides the service. */
export type DeployOptions = Omit<ServeOptions, "slot">;

/** A service that serves no new connections any more. Whoever is given it is a holder of it: to drain and to release it. */
export type RetiredService = SharedService<SiteService>;

/** One site of one worker: at most one staged service, and at most one committed service that serves. */
export class DeploymentContainer {
  #staged: SharedService<SiteService> | undefined;
  #committed: Committed | undefined;

  get hasStaged(): boolean {
    return this.#staged !== undefined;
  }

  get hasCommitted(): boolean {
    return this.#committed !== undefined;
  }

  /** The committed service with one holder more: release it. */
  takeCommitted(): SharedService<SiteService> | undefined {
    return this.#committed?.slot.take();
  }

  /** Stages a service, in the place of the one staged before; the container becomes the holder that the caller was. */
  stage(service: SharedService<SiteService>): void {
    const before = this.#staged;
    this.#staged = service;
    void before?.release();
  }

  /** Drops the staged service, if there is one. */
  unstage(): void {
    const before = this.#staged;
    this.#staged = undefined;
    void before?.release();
  }

  /**
   * The staged service serves new connections from now on; those of the one before, which it gives, go on. Nothing happens
   * unless one is staged and one committed.
   */
  update(): RetiredService | undefined {
    if (this.#staged === undefined || this.#committed === undefined) return;
    const { slot } = this.#committed;
    const before = slot.take();
    const next = this.#staged;
    this.#staged = undefined;
    slot.replace(next);
    return retiredBy(next, before);
  }

  /** Serves what `acceptor` accepts with the staged service; gives the one before when its listener has closed. */
  async deploy(options: DeployOptions): Promise<RetiredService | undefined> {
    if (this.#staged === undefined) return;
    const before = this.#committed;
    const service = before?.slot.take();
    const next = this.#staged;
    const slot = new ServiceSlot(next);
    this.#staged = undefined;
    // The new one accepts before the old one stops, so that there is always one that does.
    this.#committed = { slot, loop: new ServeLoop({ ...options, slot }) };
    await before?.loop.stop();
    return retiredBy(next, service);
  }

  /** Drops both services; gives the committed one when its listener has closed. */
  async close(): Promise<RetiredService | undefined> {
    this.unstage();
    const committed = this.#committed;
    this.#committed = undefined;
    const service = committed?.slot.take();
    await committed?.loop.stop();
    return service;
  }
}

/** What `next` takes the place of; nothing when that is the same service, which goes on. */
function retiredBy(next: RetiredService, before: RetiredService | undefined): RetiredService | undefined {
  if (before !== next) return before;
  void before.release();
  return undefined;
}
