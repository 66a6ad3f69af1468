import { deadlineClockMs } from "@monolake/streams";

/** How much trouble a connection may make. */
export interface ResetBudgetOptions {
  /** How many offences at once; they are forgiven over `windowMs`. 0 for any number. */
  readonly maxOffences: number;
  readonly windowMs: number;
}

/**
 * Counts what costs a server work and a client next to nothing: streams that are reset by either side before their answer is
 * complete (rapid reset, CVE-2023-44487; MadeYouReset, CVE-2025-8671), pings and settings that nothing else goes with
 * (CVE-2019-9512, -9515).
 */
export class ResetBudget {
  readonly #options: ResetBudgetOptions;
  #spent = 0;
  #countedMs = deadlineClockMs();

  constructor(options: ResetBudgetOptions) {
    this.#options = options;
  }

  /** So many more. False when that is too many. */
  spend(count: number): boolean {
    const { maxOffences, windowMs } = this.#options;
    if (maxOffences === 0) return true;
    const nowMs = deadlineClockMs();
    const forgiven = ((nowMs - this.#countedMs) * maxOffences) / windowMs;
    this.#countedMs = nowMs;
    this.#spent = Math.max(0, this.#spent - forgiven) + count;
    return this.#spent <= maxOffences;
  }
}
