/** A promise and the two functions that settle it. */
export interface Deferred<Value> {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value | PromiseLike<Value>) => void;
  readonly reject: (reason: unknown) => void;
}

/** Makes a promise that the test settles. A rejection that nobody waits for is not reported as unhandled. */
export function deferred<Value = void>(): Deferred<Value> {
  const { promise, resolve, reject } = Promise.withResolvers<Value>();
  promise.catch(() => {});
  return { promise, resolve, reject };
}
