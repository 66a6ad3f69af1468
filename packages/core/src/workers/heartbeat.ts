/** How often workers tell that they are alive, and after how long a silence they count as stuck. */
export interface HeartbeatOptions {
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/** The interval that belongs to a time limit. */
export const heartbeatOf = (timeoutMs: number): HeartbeatOptions => ({
  intervalMs: Math.min(1_000, Math.max(10, timeoutMs / 5)),
  timeoutMs,
});

/**
 * Counts beats that did not come, from the first one on. Not by the clock: when this thread itself was held up, or the whole
 * process stopped, it knows of one missing beat only, and the worker gets the time to send it.
 */
export class HeartbeatWatch {
  readonly #options: HeartbeatOptions;
  readonly #onSilence: () => void;
  #timer: NodeJS.Timeout | undefined;
  #missing = 0;
  #stopped = false;

  constructor(options: HeartbeatOptions, onSilence: () => void) {
    this.#options = options;
    this.#onSilence = onSilence;
  }

  beat(): void {
    this.#missing = 0;
    if (this.#timer !== undefined || this.#stopped) return;
    this.#timer = setInterval(() => this.#tick(), this.#options.intervalMs);
    this.#timer.unref();
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
  }

  #tick(): void {
    const { intervalMs, timeoutMs } = this.#options;
    this.#missing += 1;
    if (this.#missing <= timeoutMs / intervalMs) return;
    this.stop();
    this.#onSilence();
  }
}
