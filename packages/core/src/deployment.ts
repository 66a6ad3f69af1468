import type { SharedService } from "@monolake/service-async";
import { ServeLoop, type ServeOptions, type SiteService } from "./serve.ts";
import { ServiceSlot } from "./service-slot.ts";

/** A service behind a listener. */
interface Committed {
  readonly slot: ServiceSlot<SiteService>;
  readonly loop: ServeLoop;
}

/** What {@link DeploymentContainer.deploy} needs besides the service. */
export interface DeployOptions extends Omit<ServeOptions, "slot"> {
  readonly drain: DrainService;
}

/** Begins to end the connections of a service that serves no new ones. */
export type DrainService = (service: SharedService<SiteService>) => void;

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
   * The staged service serves new connections from now on; those of the one before go on, unless `drain` ends them.
   * Nothing happens unless one is staged and one committed.
   */
  update(drain?: DrainService): void {
    if (this.#staged === undefined || this.#committed === undefined) return;
    const { slot } = this.#committed;
    const before = slot.take();
    slot.replace(this.#staged);
    if (before !== undefined && before !== this.#staged) drain?.(before);
    void before?.release();
    this.#staged = undefined;
  }

  /**
   * Serves what `acceptor` accepts with the staged service, and drains the one before; resolves when the listener before
   * has closed.
   */
  async deploy(options: DeployOptions): Promise<void> {
    if (this.#staged === undefined) return;
    const before = this.#committed;
    const service = before?.slot.take();
    const slot = new ServiceSlot(this.#staged);
    const staysInService = service === this.#staged;
    this.#staged = undefined;
    // The new one accepts before the old one stops, so that there is always one that does.
    this.#committed = { slot, loop: new ServeLoop({ ...options, slot }) };
    await before?.loop.stop();
    // Only now: whoever is told to come again must not come to what closes.
    if (service !== undefined && !staysInService) options.drain(service);
    void service?.release();
  }

  /** Drops both services and drains the committed one; resolves when the listener has closed. */
  async close(drain: DrainService): Promise<void> {
    this.unstage();
    const committed = this.#committed;
    this.#committed = undefined;
    const service = committed?.slot.take();
    await committed?.loop.stop();
    if (service === undefined) return;
    drain(service);
    void service.release();
  }
}
