import type { ResponseListener } from "../client/response-listener.ts";
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
  #listener: ResponseListener | undefined = undefined;

  constructor() {
    let settle: unknown;
    this.promise = new Promise<HttpResponse>((resolve) => {
      settle = resolve;
    });
    this.#settle = settle as (response: HttpResponse | Promise<HttpResponse>) => void;
  }

  /** As `promise.then`, but `responded` is called by {@link came}. For one listener. */
  hear(listener: ResponseListener): void {
    if (this.#settled) this.#tellLater(listener);
    else this.#listener = listener;
  }

  /** Here it is. */
  came(response: HttpResponse): void {
    this.#settled = true;
    this.#settle(response);
    this.#listener?.responded(response);
  }

  /** It will be what `another` gives. */
  follow(another: Promise<HttpResponse>): void {
    this.#settled = true;
    this.#settle(another);
    if (this.#listener !== undefined) this.#tellLater(this.#listener);
  }

  #tellLater(listener: ResponseListener): void {
    this.promise.then(
      (response) => listener.responded(response),
      (error: Error) => listener.failed(error),
    );
  }
}
