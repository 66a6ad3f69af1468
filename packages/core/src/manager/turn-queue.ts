/** What {@link TurnQueue} runs. */
type Job = () => Promise<void>;

/**
 * One job after the other, in the order in which they came; urgent ones before the others. The others wait for as long
 * as `isBlocked` says so, which is asked again after every {@link TurnQueue.poke} and every urgent job.
 */
export class TurnQueue {
  readonly #isBlocked: () => boolean;
  readonly #urgent: Job[] = [];
  readonly #ordinary: Job[] = [];
  #working = false;
  #poked = Promise.withResolvers<void>();

  constructor(isBlocked: () => boolean) {
    this.#isBlocked = isBlocked;
  }

  /** Settles as the job does. */
  run<Result>(job: () => Promise<Result>): Promise<Result> {
    return this.#add(this.#ordinary, job);
  }

  /** Settles as the job does. */
  runUrgently<Result>(job: () => Promise<Result>): Promise<Result> {
    return this.#add(this.#urgent, job);
  }

  /** Whatever blocked the queue may be over. */
  poke(): void {
    this.#poked.resolve();
  }

  #add<Result>(jobs: Job[], job: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      jobs.push(() => job().then(resolve, reject));
      this.poke();
      if (!this.#working) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#working = true;
    for (;;) {
      this.#poked = Promise.withResolvers();
      const urgent = this.#urgent.shift();
      if (urgent !== undefined) await urgent();
      else if (this.#ordinary.length === 0) break;
      else if (this.#isBlocked()) await this.#poked.promise;
      else await this.#ordinary.shift()?.();
    }
    this.#working = false;
  }
}
