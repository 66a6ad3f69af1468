/** What setTimeout takes. */
export const longestTimerMs = 2 ** 31 - 1;

/** A timer that is armed for the next thing to expire; it keeps no process alive. */
export class ExpiryTimer {
  readonly #expired: () => void;
  #timer: NodeJS.Timeout | undefined = undefined;

  constructor(expired: () => void) {
    this.#expired = expired;
  }

  get armed(): boolean {
    return this.#timer !== undefined;
  }

  /** Never early. */
  arm(inMs: number): void {
    this.#timer = setTimeout(this.#expired, Math.min(Math.ceil(inMs) + 1, longestTimerMs));
    this.#timer.unref();
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
