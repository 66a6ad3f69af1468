import type { HttpResponse } from "./response.ts";

/**
 * A response that is still to come, for handlers that hear of it by a callback: they return its `promise`. Where all services
 * around the handler return that same promise, the server is told at once when the response comes, while it is in the
 * processor's cache; the promise settles all the same, for whoever else listens.
 */
export class ComingResponse {
  readonly promise: Promise<HttpResponse>;
  readonly #settle: (response: HttpResponse | Promise<HttpResponse>) => void;
  #settled = false;
  #respond: ((response: HttpResponse) => void) | undefined = undefined;
  #fail: ((error: unknown) => void) | undefined = undefined;

  constructor() {
    let settle: unknown;
    this.promise = new Promise<HttpResponse>((resolve) => {
      settle = resolve;
    });
    this.#settle = settle as (response: HttpResponse | Promise<HttpResponse>) => void;
  }

  /** As `promise.then`, but `respond` is called by {@link came}. For one listener, which does not throw. */
  hear(respond: (response: HttpResponse) => void, fail: (error: unknown) => void): void {
    if (this.#settled) return void this.promise.then(respond, fail);
    this.#respond = respond;
    this.#fail = fail;
  }

  /** Here it is. */
  came(response: HttpResponse): void {
    this.#settled = true;
    this.#settle(response);
    this.#respond?.(response);
  }

  /** It will be what `another` gives. */
  follow(another: Promise<HttpResponse>): void {
    this.#settled = true;
    this.#settle(another);
    if (this.#respond !== undefined) this.promise.then(this.#respond, this.#fail);
  }
}
