import type { Cancellation } from "@monolake/service-async";

/**
 * Cancels when the block that holds it ends, however that happens: `using _ = cancelOnDispose(work.cancellation)`. (A
 * cancellation's own end only detaches it.)
 */
export const cancelOnDispose = (cancellation: Cancellation, reason?: unknown): Disposable => ({
  [Symbol.dispose]: () => cancellation.cancel(reason),
});
