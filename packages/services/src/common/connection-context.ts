import { type Has, type MakeService, makeLayered, type Service } from "@monolake/service-async";
import type { ByteStream } from "@monolake/streams";
import type { peerAddress } from "./addresses.ts";

/** What the outermost service of a stack makes for each connection. */
export interface ConnectionContextOptions<Context> {
  /** A new context for a connection whose peer has this address. */
  readonly create: (stream: ByteStream) => Context;
}

/** Gives each accepted connection a context of its own: the outermost layer of a stack. */
export class ConnectionContext<Response, Context extends Has<typeof peerAddress>>
  implements Service<ByteStream, Response, object>
{
  readonly inner: Service<ByteStream, Response, Context>;
  readonly #create: (stream: ByteStream) => Context;

  constructor(inner: Service<ByteStream, Response, Context>, options: ConnectionContextOptions<Context>) {
    this.inner = inner;
    this.#create = options.create;
  }

  call(stream: ByteStream): Promise<Response> {
    return this.inner.call(stream, this.#create(stream));
  }
}

/** The layer of {@link ConnectionContext}. */
export const connectionContext =
  <Context extends Has<typeof peerAddress>>(create: (stream: ByteStream) => Context) =>
  <Response>(
    _config: unknown,
    inner: MakeService<Service<ByteStream, Response, Context>>,
  ): MakeService<ConnectionContext<Response, Context>> =>
    makeLayered(
      ConnectionContext<Response, Context>,
      inner,
      (next) => new ConnectionContext(next, { create }),
    );
