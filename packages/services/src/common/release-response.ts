/**
 * Frees what a response holds that nobody wants any more: disposes it if it can be disposed, or else cancels its `body`,
 * as that of an HTTP response.
 */
export async function releaseResponse(response: unknown): Promise<void> {
  if (typeof response !== "object" || response === null) return;
  const held = response as Partial<AsyncDisposable & Disposable> & { readonly body?: unknown };
  if (Symbol.asyncDispose in held) return held[Symbol.asyncDispose]?.();
  if (Symbol.dispose in held) return held[Symbol.dispose]?.();
  const { body } = held;
  if (typeof body !== "object" || body === null || !("cancel" in body)) return;
  if (typeof body.cancel === "function") await body.cancel();
}
