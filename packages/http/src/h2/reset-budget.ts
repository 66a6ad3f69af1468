import { deadlineClockMs } from "@monolake/streams";
import type { Offence } from "./session-listener.ts";

/** How much trouble a connection may make. */
export interface ResetBudgetOptions {
  /** How many offences at once; they are forgiven over `windowMs`. 0 for any number. */
  readonly maxOffences: number;
  readonly windowMs: number;
}

/** A section that is larger than it may be costs as much as so many other offences. */
const sectionOffences = 10;

/**
 * Counts what costs this side work and the peer next to nothing: streams that are reset by either side before their answer is
 * complete (rapid reset, CVE-2023-44487; MadeYouReset, CVE-2025-8671), settings again (CVE-2019-9515), and frames without a use beyond
 * those that are allowed.
 */
export class ResetBudget {
  readonly #options: ResetBudgetOptions;
  #spent = 0;
  #countedMs = deadlineClockMs();

  constructor(options: ResetBudgetOptions) {
    this.#options = options;
  }

  /** One more. False when that is too many. */
  spend(what: Offence): boolean {
    const { maxOffences, windowMs } = this.#options;
    if (maxOffences === 0) return true;
    const nowMs = deadlineClockMs();
    const forgiven = ((nowMs - this.#countedMs) * maxOffences) / windowMs;
    this.#countedMs = nowMs;
    this.#spent = Math.max(0, this.#spent - forgiven) + (what === "section" ? sectionOffences : 1);
    return this.#spent <= maxOffences;
  }
}
