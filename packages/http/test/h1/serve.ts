import { createServer } from "node:net";
import { BaseContext } from "@monolake/service-async";
import { acceptedStream, type ByteStream } from "@monolake/streams";
import { HttpCore, type HttpCoreOptions, type HttpHandler } from "../../src/index.ts";

/** An HTTP server of this package on a port of its own. */
export interface TestServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Connections that are being served now. */
  readonly connections: () => number;
  readonly drain: () => void;
  /** Their streams. */
  readonly streams: () => readonly ByteStream[];
}

/** Serves `handler` on 127.0.0.1. */
export async function serve(
  handler: HttpHandler<BaseContext>["call"],
  options: HttpCoreOptions = {},
): Promise<TestServer> {
  const core = new HttpCore<BaseContext>({ call: handler }, options);
  let connections = 0;
  const streams = new Set<ByteStream>();
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
    const stream = acceptedStream(socket);
    connections += 1;
    streams.add(stream);
    void core.call(stream, new BaseContext()).then(() => {
      connections -= 1;
      streams.delete(stream);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    host: "127.0.0.1",
    port,
    connections: () => connections,
    drain: () => core.drain(),
    streams: () => [...streams],
    async [Symbol.asyncDispose]() {
      for (const stream of streams) stream.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
