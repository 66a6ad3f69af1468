import { createServer } from "node:net";
import { BaseContext } from "@monolake/service-async";
import { acceptedStream, type ByteStream, dialStream } from "@monolake/streams";
import {
  resolveThriftClientConnectionOptions,
  ThriftClientConnection,
  type ThriftClientConnectionOptions,
  ThriftCore,
  type ThriftHandler,
  type ThriftServerOptions,
} from "../../src/index.ts";

/** A Thrift server of this package on a port of its own. */
export interface TestServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly core: ThriftCore<BaseContext>;
  /** Connections that are being served now. */
  readonly streams: () => readonly ByteStream[];
}

/** Serves `handler` on 127.0.0.1. */
export async function serve(
  handler: ThriftHandler<BaseContext> | ThriftHandler<BaseContext>["call"],
  options: ThriftServerOptions = {},
  context: () => BaseContext = () => new BaseContext(),
): Promise<TestServer> {
  const inner = typeof handler === "function" ? { call: handler } : handler;
  const core = new ThriftCore<BaseContext>(inner, options);
  const streams = new Set<ByteStream>();
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
    const stream = acceptedStream(socket);
    streams.add(stream);
    void core.call(stream, context()).then(() => streams.delete(stream));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    host: "127.0.0.1",
    port,
    core,
    streams: () => [...streams],
    async [Symbol.asyncDispose]() {
      for (const stream of streams) stream.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What happened to a client connection. */
export interface TestClient extends AsyncDisposable {
  readonly connection: ThriftClientConnection;
  readonly stream: ByteStream;
  readonly idle: () => number;
  readonly closed: () => boolean;
}

/** A client connection to a port. */
export async function connect(
  port: number,
  options: ThriftClientConnectionOptions = {},
): Promise<TestClient> {
  const stream = await dialStream({ type: "socket", host: "127.0.0.1", port });
  let idle = 0;
  let closed = false;
  const owner = {
    connectionIdle: () => {
      idle += 1;
    },
    connectionClosed: () => {
      closed = true;
    },
  };
  const connection = new ThriftClientConnection(stream, owner, resolveThriftClientConnectionOptions(options));
  return {
    connection,
    stream,
    idle: () => idle,
    closed: () => closed,
    async [Symbol.asyncDispose]() {
      connection.close();
    },
  };
}
