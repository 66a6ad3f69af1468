import { type Drainable, type MakeService, makeLayered, Roster, type Service } from "@monolake/service-async";
import { type ByteStream, giveOutWaiting } from "@monolake/streams";
import type { Serving } from "./connection/server-calls.ts";
import { ThriftServerConnection } from "./connection/server-connection.ts";
import {
  type ResolvedThriftServerOptions,
  resolveThriftServerOptions,
  type ThriftServerOptions,
} from "./connection/server-options.ts";
import type { ThriftContext, ThriftHandler } from "./thrift-handler.ts";

/**
 * Turns an accepted connection into calls of a Thrift handler. A call of this service lasts as long as the connection and never
 * rejects: what breaks a Thrift call ends in an exception for its caller, what breaks the connection ends the connection.
 */
export class ThriftCore<Context extends ThriftContext>
  implements Service<ByteStream, void, Context>, Drainable
{
  readonly inner: ThriftHandler<Context>;
  readonly #options: ResolvedThriftServerOptions;
  readonly #connections = new Roster<ThriftServerConnection<Context>>();
  readonly #load = { calls: 0 };
  #draining = false;

  constructor(inner: ThriftHandler<Context>, options: ThriftServerOptions = {}) {
    this.inner = inner;
    this.#options = resolveThriftServerOptions(options);
  }

  call(stream: ByteStream, context: Context): Promise<void> {
    const serving: Serving<Context> = {
      handler: this.inner,
      context,
      options: this.#options,
      load: this.#load,
    };
    return new Promise((resolve) => {
      const connection = new ThriftServerConnection(stream, serving, () => {
        this.#connections.delete(seat);
        resolve();
      });
      const seat = this.#connections.add(connection);
      connection.start(this.#draining);
    });
  }

  /**
   * Ends every connection politely: idle ones now, the others behind their last answer. Answers with a TTHeader say so, with the
   * key `crrst`.
   */
  drain(): void {
    this.#draining = true;
    // A connection of which a request waits for its turn is not idle.
    giveOutWaiting();
    for (const connection of this.#connections) connection.drain();
  }
}

/** The layer of {@link ThriftCore}: below it are Thrift handlers, above it connections. */
export const thriftCore = <Context extends ThriftContext>(
  config: { readonly thriftServer?: ThriftServerOptions },
  inner: MakeService<ThriftHandler<Context>>,
): MakeService<ThriftCore<Context>> =>
  makeLayered(ThriftCore<Context>, inner, (handler) => new ThriftCore(handler, config.thriftServer));
