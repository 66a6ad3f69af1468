import { WorkerStartError } from "../errors.ts";
import { reasonOf } from "../executor/load-spec.ts";
import type { WorkerPlace } from "./worker-place.ts";

/** The places of a manager's workers: they become more or fewer while commands are given to those that are there. */
export class WorkerPlaces {
  readonly #create: (id: number) => WorkerPlace;
  readonly #all: WorkerPlace[] = [];
  /** Places that were taken away and whose workers have connections. */
  readonly #leaving = new Set<WorkerPlace>();

  constructor(create: (id: number) => WorkerPlace) {
    this.#create = create;
  }

  /** Those that are not taken away, in worker order. */
  get all(): readonly WorkerPlace[] {
    return this.#all;
  }

  /** Fewer than `count` workers are in service, and one is on the way to a place where none is. */
  awaits(count: number): boolean {
    const empty = this.#all.filter(({ worker }) => worker === undefined);
    return this.#all.length - empty.length < count && empty.some(({ starting }) => starting);
  }

  /**
   * Makes places until there are `count`, and starts their workers. Rejects with {@link WorkerStartError} when one cannot start; what
   * to do about the others is up to the caller.
   */
  async grow(count: number): Promise<void> {
    const first = this.#all.length;
    // They take commands as soon as they hold what is deployed, which may be before all of them do.
    while (this.#all.length < count) this.#all.push(this.#create(this.#all.length));
    const outcomes = await Promise.allSettled(this.#all.slice(first).map((place) => place.start()));
    const failed = outcomes.findIndex(({ status }) => status === "rejected");
    if (failed < 0) return;
    const { reason: cause } = outcomes[failed] as PromiseRejectedResult;
    throw new WorkerStartError({ workerId: first + failed, reason: reasonOf(cause), cause });
  }

  /** Takes places away until there are `count`. The connections of those that leave go on for a while. */
  shrink(count: number): void {
    for (const place of this.#all.splice(count)) {
      this.#leaving.add(place);
      void place.leave().then(() => this.#leaving.delete(place));
    }
  }

  /** Ends whoever is here or leaves. Never rejects. */
  async close(graceMs: number): Promise<void> {
    await Promise.all([...this.#all, ...this.#leaving].map((place) => place.close(graceMs)));
  }
}
