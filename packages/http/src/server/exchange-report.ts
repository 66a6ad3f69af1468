import { asError } from "@monolake/errors";
import type { ExchangeListener } from "../http-exchange.ts";
import type { HttpContext } from "../http-handler.ts";
import type { HttpRequest } from "../message/request.ts";
import type { HttpResponse } from "../message/response.ts";
import type { HttpVersion } from "../message/version.ts";

/** What gathers for `listener`, or nothing when there is none. */
export function createExchangeReport(
  listener: ExchangeListener | undefined,
  context: HttpContext,
): ExchangeReport | undefined {
  return listener === undefined ? undefined : new ExchangeReport(listener, context);
}

/** Gathers what a listener is told of the exchanges of one connection, one after another. */
export class ExchangeReport {
  readonly #listener: ExchangeListener;
  readonly #connectionContext: HttpContext;
  #open = false;
  #request: HttpRequest | undefined = undefined;
  #method: string | undefined = undefined;
  #target: string | undefined = undefined;
  #version: HttpVersion | undefined = undefined;
  #response: HttpResponse | undefined = undefined;
  #context: HttpContext;
  #receivedAtMs = 0;
  #startedMs = 0;
  #handlerMs: number | undefined = undefined;
  #error: unknown = undefined;

  constructor(listener: ExchangeListener, context: HttpContext) {
    this.#listener = listener;
    this.#connectionContext = context;
    this.#context = context;
  }

  /** A request came, with this target; or something that is none. */
  begin(request: HttpRequest | undefined, target: string | undefined): void {
    this.#open = true;
    this.#request = request;
    this.#method = request?.method;
    this.#target = target;
    this.#version = request?.version;
    this.#response = undefined;
    this.#context = this.#connectionContext;
    this.#receivedAtMs = Date.now();
    this.#startedMs = performance.now();
    this.#handlerMs = undefined;
    this.#error = undefined;
  }

  /** Its handler is called with this context. */
  called(context: HttpContext): void {
    this.#context = context;
  }

  /** It is answered without its handler; also what came instead of a request. */
  refused(error: unknown): void {
    if (!this.#open) this.begin(undefined, undefined);
    this.#error = error;
  }

  /** Something went wrong with it. */
  failed(error: unknown): void {
    this.#error ??= error;
  }

  /** Its final response is about to be written; a second one takes the place of one that could not be. */
  answered(response: HttpResponse): void {
    this.#response = response;
    this.#handlerMs ??= performance.now() - this.#startedMs;
  }

  /** It is over, if there is one. */
  end(requestBytes: number, responseBytes: number, complete: boolean): void {
    if (!this.#open) return;
    this.#open = false;
    const response = this.#response;
    try {
      this.#listener({
        request: this.#request,
        method: this.#method,
        target: this.#target,
        version: this.#version,
        response,
        context: this.#context,
        receivedAtMs: this.#receivedAtMs,
        requestBytes,
        responseBytes: response === undefined || response.status === 101 ? 0 : responseBytes,
        handlerMs: this.#handlerMs,
        totalMs: performance.now() - this.#startedMs,
        complete,
        error: this.#error,
      });
    } catch (fault) {
      process.emitWarning(asError(fault));
    }
    this.#request = undefined;
    this.#response = undefined;
    this.#context = this.#connectionContext;
    this.#error = undefined;
  }
}
