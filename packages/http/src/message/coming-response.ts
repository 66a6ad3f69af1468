import type { ResponseListener } from "../client/response-listener.ts";
import type { HttpResponse } from "./response.ts";

/**
 * A response that is still to come, for handlers that hear of it by a callback: they return it as the promise that it is. Where all
 * services around the handler return it, too, the server is told at once when the response comes, while it is in the processor's
 * cache. What a promise costs (four objects, and a look for a `then` of the response) is paid when somebody else asks for one.
 */
export class ComingResponse implements Promise<HttpResponse> {
  #response: HttpResponse | undefined = undefined;
  #following: Promise<HttpResponse> | undefined = undefined;
  #listener: ResponseListener | undefined = undefined;
  #promise: Promise<HttpResponse> | undefined = undefined;
  #resolve: ((response: HttpResponse | Promise<HttpResponse>) => void) | undefined = undefined;

  get [Symbol.toStringTag](): string {
    return "ComingResponse";
  }

  /** As `then`, but `responded` is called by {@link came}. For one listener. */
  hear(listener: ResponseListener): void {
    if (this.#response === undefined && this.#following === undefined) this.#listener = listener;
    else tellLater(this, listener);
  }

  /** Here it is. */
  came(response: HttpResponse): void {
    this.#response = response;
    this.#resolve?.(response);
    this.#listener?.responded(response);
  }

  /** It will be what `another` gives. */
  follow(another: Promise<HttpResponse>): void {
    this.#following = another;
    this.#resolve?.(another);
    if (this.#listener !== undefined) tellLater(this, this.#listener);
  }

  // biome-ignore lint/suspicious/noThenProperty: it is a promise.
  then<Result = HttpResponse, Failed = never>(
    responded?: ((response: HttpResponse) => Result | PromiseLike<Result>) | null,
    failed?: ((error: unknown) => Failed | PromiseLike<Failed>) | null,
  ): Promise<Result | Failed> {
    return this.#asPromise().then(responded, failed);
  }

  catch<Failed = never>(
    failed?: ((error: unknown) => Failed | PromiseLike<Failed>) | null,
  ): Promise<HttpResponse | Failed> {
    return this.#asPromise().catch(failed);
  }

  finally(settled?: (() => void) | null): Promise<HttpResponse> {
    return this.#asPromise().finally(settled);
  }

  #asPromise(): Promise<HttpResponse> {
    this.#promise ??= new Promise((resolve) => {
      const known = this.#following ?? this.#response;
      if (known === undefined) this.#resolve = resolve;
      else resolve(known);
    });
    return this.#promise;
  }
}

/** Tells `listener` of what a handler answers: of a {@link ComingResponse} at once when it comes. The listener does not throw. */
export function hearResponse(response: Promise<HttpResponse>, listener: ResponseListener): void {
  if (response instanceof ComingResponse) response.hear(listener);
  else tellLater(response, listener);
}

function tellLater(response: Promise<HttpResponse>, listener: ResponseListener): void {
  response.then(
    (known) => listener.responded(known),
    (error) => listener.failed(error as Error),
  );
}
