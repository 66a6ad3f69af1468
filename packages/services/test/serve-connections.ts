import { createServer } from "node:net";
import { BaseContext, type Service } from "@monolake/service-async";
import { acceptedStream, type ByteStream } from "@monolake/streams";

/** A service behind a listening socket. Disposing it breaks what is still connected. */
export interface ServedConnections<Response> extends AsyncDisposable {
  readonly address: { readonly host: string; readonly port: number };
  /** The call for each connection so far, in order; a rejection is not reported as unhandled. */
  readonly calls: readonly Promise<Response>[];
  /** The call for the next connection. */
  readonly nextCall: () => Promise<{ readonly result: Promise<Response> }>;
}

/** Listens on a free port and calls the service with each connection. */
export async function serveConnections<Response, Context extends object = BaseContext>(
  service: Service<ByteStream, Response, Context>,
  createContext: () => Context = () => new BaseContext() as unknown as Context,
): Promise<ServedConnections<Response>> {
  const calls: Promise<Response>[] = [];
  const streams: ByteStream[] = [];
  const waiting: ((call: { readonly result: Promise<Response> }) => void)[] = [];
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true }, (socket) => {
    const stream = acceptedStream(socket);
    streams.push(stream);
    const result = service.call(stream, createContext());
    result.catch(() => {});
    calls.push(result);
    waiting.shift()?.({ result });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { readonly port: number };
  return {
    address: { host: "127.0.0.1", port },
    calls,
    nextCall: () => new Promise((resolve) => waiting.push(resolve)),
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const stream of streams) stream.destroy();
      await closed;
    },
  };
}
