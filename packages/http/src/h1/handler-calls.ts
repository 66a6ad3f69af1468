import { asError } from "@monolake/errors";
import type { ByteStream } from "@monolake/streams";
import type { ResponseListener } from "../client/response-listener.ts";
import type { HttpContext } from "../http-handler.ts";
import { hearResponse } from "../message/coming-response.ts";
import type { HttpRequest } from "../message/request.ts";
import type { HttpResponse } from "../message/response.ts";
import type { Serving } from "../server/serving.ts";
import type { CurrentRequest } from "./current-request.ts";
import type { ServerAnswer } from "./server-answer.ts";

/**
 * Calls the handler for one request of a connection after another, and answers with what comes back. What a handler or a
 * body of its throws ends a request, or its connection, never the thread.
 */
export class HandlerCalls<Context extends HttpContext> implements ResponseListener {
  readonly #serving: Serving<Context>;
  readonly #current: CurrentRequest;
  readonly #answer: ServerAnswer;
  readonly #stream: ByteStream;

  constructor(serving: Serving<Context>, current: CurrentRequest, answer: ServerAnswer, stream: ByteStream) {
    this.#serving = serving;
    this.#current = current;
    this.#answer = answer;
    this.#stream = stream;
  }

  /** Calls the handler with a context of the request's own. */
  call(request: HttpRequest): void {
    const context = this.#serving.context.fork();
    this.#current.cancellation = context.cancellation;
    this.#current.report?.called(context);
    try {
      this.#serving.options.onRequest?.(request, context);
      hearResponse(this.#serving.handler.call(request, context), this);
    } catch (error) {
      this.failed(error);
    }
  }

  responded(response: HttpResponse): void {
    try {
      this.#answer.respond(response);
    } catch (error) {
      this.broken(error);
    }
  }

  failed(error: unknown): void {
    try {
      this.#answer.fail(error);
    } catch (fault) {
      this.broken(fault);
    }
  }

  /** What should never happen: the connection has to go. */
  broken(error: unknown): void {
    this.report(error);
    this.#stream.destroy();
  }

  report(error: unknown): void {
    this.#current.report?.failed(error);
    try {
      this.#serving.options.onError(error, this.#current.request);
    } catch (fault) {
      process.emitWarning(asError(fault));
    }
  }
}
