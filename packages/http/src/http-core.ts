import {
  type Drainable,
  type MakeService,
  makeLayered,
  Roster,
  type Seat,
  type Service,
} from "@monolake/service-async";
import { type ByteStream, giveOutWaiting } from "@monolake/streams";
import { ServerConnection } from "./h1/server-connection.ts";
import { Http2ServerConnection } from "./h2/server-connection.ts";
import type { HttpContext, HttpHandler } from "./http-handler.ts";
import { ConnectionAge, type ConnectionLifetimeOptions, jittered } from "./server/connection-lifetime.ts";
import {
  type HttpServerOptions,
  type ResolvedHttpServerOptions,
  resolveHttpServerOptions,
} from "./server/server-options.ts";
import type { Serving } from "./server/serving.ts";

/** How a {@link HttpCore} serves connections. */
export interface HttpCoreOptions extends HttpServerOptions, ConnectionLifetimeOptions {}

/**
 * Turns an accepted connection into calls of an HTTP handler. A call lasts as long as the connection and never rejects:
 * what breaks a request ends in its answer, what breaks the connection ends the connection.
 */
export class HttpCore<Context extends HttpContext> implements Service<ByteStream, void, Context>, Drainable {
  readonly inner: HttpHandler<Context>;
  readonly #options: ResolvedHttpServerOptions;
  readonly #maxAgeMs: number;
  readonly #jitter: number;
  readonly #connections = new Roster<Drainable>();
  #draining = false;

  constructor(inner: HttpHandler<Context>, options: HttpCoreOptions = {}) {
    this.inner = inner;
    this.#options = resolveHttpServerOptions(options);
    this.#maxAgeMs = options.maxConnectionAgeMs ?? 0;
    this.#jitter = options.lifetimeJitter ?? 0;
  }

  call(stream: ByteStream, context: Context): Promise<void> {
    const serving: Serving<Context> = { handler: this.inner, context, options: this.#optionsOfConnection() };
    return new Promise((resolve) => {
      let age: ConnectionAge | undefined;
      let connection: ServerConnection<Context> | Http2ServerConnection<Context>;
      let seat: Seat<Drainable>;
      const closed = (): void => {
        age?.end();
        this.#connections.delete(seat);
        resolve();
      };
      const beginHttp2 = (): void => {
        this.#connections.delete(seat);
        connection = new Http2ServerConnection(stream, serving, closed);
        seat = this.#connections.add(connection);
        connection.start(this.#draining);
      };
      const { takesHttp2 } = serving.options;
      const agreed = stream.tls?.alpnProtocol;
      connection =
        agreed === "h2" && takesHttp2
          ? new Http2ServerConnection(stream, serving, closed)
          : // Who agreed on a version does not speak another one.
            new ServerConnection(
              stream,
              serving,
              closed,
              takesHttp2 && agreed === undefined ? beginHttp2 : undefined,
            );
      seat = this.#connections.add(connection);
      if (this.#maxAgeMs > 0)
        age = new ConnectionAge(jittered(this.#maxAgeMs, this.#jitter), () => connection.drain());
      connection.start(this.#draining);
    });
  }

  #optionsOfConnection(): ResolvedHttpServerOptions {
    if (this.#jitter === 0) return this.#options;
    const { maxRequestsPerConnection } = this.#options;
    return {
      ...this.#options,
      maxRequestsPerConnection: jittered(maxRequestsPerConnection, this.#jitter),
    };
  }

  /** Ends every connection politely: idle ones now, the others with `Connection: close` on their next answer, or with GOAWAY. */
  drain(): void {
    this.#draining = true;
    // A connection of which a request waits for its turn is not idle.
    giveOutWaiting();
    for (const connection of this.#connections) connection.drain();
  }
}

/** The layer of {@link HttpCore}: below it are HTTP handlers, above it connections. */
export const httpCore = <Context extends HttpContext>(
  config: { readonly httpServer?: HttpCoreOptions },
  inner: MakeService<HttpHandler<Context>>,
): MakeService<HttpCore<Context>> =>
  makeLayered(HttpCore<Context>, inner, (handler) => new HttpCore(handler, config.httpServer));
