import { deadlineClockMs, deadlineIn } from "@monolake/streams";

/** How fast a body has to come. */
export interface BodyPaceOptions {
  /** Between two parts of it; 0 for as long as it takes. */
  readonly bodyIdleTimeoutMs: number;
  /** On average, while we wait for it; 0 for any. */
  readonly minBodyBytesPerSecond: number;
  /** How long it may come slower than that at first. */
  readonly bodyRateGraceMs: number;
}

/**
 * Until when a client has to send more of its body. It starts with a credit of time, every byte buys more of it, and waiting
 * uses it up; no more is kept than it starts with, or one idle timeout where that is longer, so a fast beginning pays for no slow
 * rest. Time in which nobody takes the body is not the client's.
 */
export class BodyPace {
  readonly #options: BodyPaceOptions;
  #bytes = 0;
  /** It is the client's turn; its credit is used up at `#deadlineMs`. Else its credit is `#creditMs`. */
  #waiting = false;
  #deadlineMs = 0;
  #creditMs = 0;
  /** Its credit lasts for longer than it may be silent. */
  #hasCredit = false;

  constructor(options: BodyPaceOptions) {
    this.#options = options;
  }

  /** Another body. */
  begin(): void {
    this.#bytes = 0;
    this.#waiting = false;
    this.#creditMs = deadlineIn(Math.max(1, this.#options.bodyRateGraceMs)) - deadlineClockMs();
  }

  /** It is the client's turn, and `bytes` of the body have come. When it is too late, as `deadlineIn` counts. */
  wait(bytes: number): number {
    const { bodyIdleTimeoutMs, minBodyBytesPerSecond, bodyRateGraceMs } = this.#options;
    const idleMs = deadlineIn(bodyIdleTimeoutMs);
    if (minBodyBytesPerSecond === 0) return idleMs;
    const endMs = this.#waiting ? this.#deadlineMs : deadlineClockMs() + this.#creditMs;
    const boughtMs = ((bytes - this.#bytes) * 1000) / minBodyBytesPerSecond;
    this.#bytes = bytes;
    this.#waiting = true;
    this.#deadlineMs = Math.min(endMs + boughtMs, idleMs + Math.max(0, bodyRateGraceMs - bodyIdleTimeoutMs));
    this.#hasCredit = this.#deadlineMs >= idleMs;
    return Math.min(this.#deadlineMs, idleMs);
  }

  /** It is not the client's turn. */
  pause(): void {
    if (this.#waiting) this.#creditMs = this.#deadlineMs - deadlineClockMs();
    this.#waiting = false;
  }

  /** Whether it was too slow, rather than silent, when it was too late. */
  get tooSlow(): boolean {
    return this.#options.minBodyBytesPerSecond > 0 && !this.#hasCredit;
  }
}
