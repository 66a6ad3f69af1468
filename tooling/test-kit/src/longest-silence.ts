/** What is asked, until when, and how often somebody looks for answers. */
export interface SilenceOptions {
  readonly ask: () => Promise<unknown>;
  readonly until: Promise<unknown>;
  readonly tickMs: number;
}

/**
 * Asks without a pause until `until` settles, and gives how many ticks passed without an answer, at worst. Not how many
 * milliseconds: those go on while the whole machine stands still. Rejects as soon as `ask` does.
 */
export async function longestSilence({ ask, until, tickMs }: SilenceOptions): Promise<number> {
  let [asking, ticks, most] = [true, 0, 0];
  const stop = () => {
    asking = false;
  };
  until.then(stop, stop);
  const timer = setInterval(() => {
    ticks += 1;
    most = Math.max(most, ticks);
  }, tickMs);
  try {
    while (asking) {
      await ask();
      ticks = 0;
    }
    return most;
  } finally {
    clearInterval(timer);
  }
}
