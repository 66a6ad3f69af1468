import { type Drainable, type MakeService, makeLayered, type Service } from "@monolake/service-async";
import type { ByteStream } from "@monolake/streams";
import type { Serving } from "./h1/handler-calls.ts";
import { ServerConnection } from "./h1/server-connection.ts";
import {
  type HttpServerOptions,
  type ResolvedHttpServerOptions,
  resolveHttpServerOptions,
} from "./h1/server-options.ts";
import type { HttpContext, HttpHandler } from "./http-handler.ts";

/**
 * Turns an accepted connection into calls of an HTTP handler. A call lasts as long as the connection and never rejects:
 * what breaks a request ends in its answer, what breaks the connection ends the connection.
 */
export class HttpCore<Context extends HttpContext> implements Service<ByteStream, void, Context>, Drainable {
  readonly inner: HttpHandler<Context>;
  readonly #options: ResolvedHttpServerOptions;
  readonly #connections = new Set<ServerConnection<Context>>();
  #draining = false;

  constructor(inner: HttpHandler<Context>, options: HttpServerOptions = {}) {
    this.inner = inner;
    this.#options = resolveHttpServerOptions(options);
  }

  call(stream: ByteStream, context: Context): Promise<void> {
    const serving: Serving<Context> = { handler: this.inner, context, options: this.#options };
    return new Promise((resolve) => {
      const connection = new ServerConnection(stream, serving, () => {
        this.#connections.delete(connection);
        resolve();
      });
      this.#connections.add(connection);
      connection.start(this.#draining);
    });
  }

  /** Ends every connection politely: idle ones now, the others with `Connection: close` on their next answer. */
  drain(): void {
    this.#draining = true;
    for (const connection of this.#connections) connection.drain();
  }
}

/** The layer of {@link HttpCore}: below it are HTTP handlers, above it connections. */
export const httpCore = <Context extends HttpContext>(
  config: { readonly httpServer?: HttpServerOptions },
  inner: MakeService<HttpHandler<Context>>,
): MakeService<HttpCore<Context>> =>
  makeLayered(HttpCore<Context>, inner, (handler) => new HttpCore(handler, config.httpServer));
