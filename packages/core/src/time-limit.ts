/** The longest time that a timer of Node can wait, about 25 days. */
export const maxTimerMs = 2 ** 31 - 1;

/** Whether `promise` was settled before `limitMs` milliseconds were over. Never rejects; leaves no timer behind. */
export function settledWithin(promise: Promise<unknown>, limitMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.min(limitMs, maxTimerMs), false);
    const settle = () => {
      clearTimeout(timer);
      resolve(true);
    };
    promise.then(settle, settle);
  });
}
