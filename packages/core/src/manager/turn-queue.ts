/** What {@link TurnQueue} runs. */
interface Job {
  readonly run: () => Promise<void>;
  readonly isBlocked: () => boolean;
}

/** One job after the other, in the order in which they came; urgent ones before the others. */
export class TurnQueue {
  readonly #urgent: Job[] = [];
  readonly #ordinary: Job[] = [];
  #working = false;
  #poked = Promise.withResolvers<void>();

  /**
   * Settles as the job does. It waits, and those behind it, for as long as `isBlocked` says so, which is asked again after
   * every {@link TurnQueue.poke} and every urgent job.
   */
  run<Result>(job: () => Promise<Result>, isBlocked: () => boolean): Promise<Result> {
    return this.#add(this.#ordinary, job, isBlocked);
  }

  /** Settles as the job does. */
  runUrgently<Result>(job: () => Promise<Result>): Promise<Result> {
    return this.#add(this.#urgent, job, () => false);
  }

  /** Whatever blocked the queue may be over. */
  poke(): void {
    this.#poked.resolve();
  }

  #add<Result>(jobs: Job[], job: () => Promise<Result>, isBlocked: () => boolean): Promise<Result> {
    return new Promise((resolve, reject) => {
      jobs.push({ run: () => job().then(resolve, reject), isBlocked });
      this.poke();
      if (!this.#working) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#working = true;
    for (;;) {
      this.#poked = Promise.withResolvers();
      const urgent = this.#urgent.shift();
      const [ordinary] = this.#ordinary;
      if (urgent !== undefined) await urgent.run();
      else if (ordinary === undefined) break;
      else if (ordinary.isBlocked()) await this.#poked.promise;
      else await this.#ordinary.shift()?.run();
    }
    this.#working = false;
  }
}
