import { createServer } from "node:net";
import { BaseContext } from "@monolake/service-async";
import { acceptedStream, type ByteStream } from "@monolake/streams";
import { createThriftHandler, ThriftCore, type ThriftServerOptions, Type } from "@monolake/thrift";

/** A Thrift server of the scoreboard's own. */
export interface ThriftUpstream extends AsyncDisposable {
  readonly port: number;
  /** Connections that were accepted. */
  readonly connections: number;
}

/** Answers `echo` with its argument and `never` never. */
export async function startThriftUpstream(
  options: ThriftServerOptions & {
    readonly port?: number;
    readonly onCall?: (argument: string) => void;
  } = {},
): Promise<ThriftUpstream> {
  const handler = createThriftHandler({
    echo({ args, result }) {
      let argument = "";
      while (args.nextField()) if (args.fieldId === 1) argument = args.readString();
      options.onCall?.(argument);
      result.writeField(0, Type.STRING);
      result.writeString(argument);
    },
    never: () => new Promise(() => {}),
  });
  const core = new ThriftCore<BaseContext>(handler, options);
  const streams = new Set<ByteStream>();
  let connections = 0;
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true }, (socket) => {
    connections += 1;
    const stream = acceptedStream(socket);
    streams.add(stream);
    void core.call(stream, new BaseContext()).then(() => streams.delete(stream));
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  return {
    port: (server.address() as { port: number }).port,
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      for (const stream of streams) stream.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
