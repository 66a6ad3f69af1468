import {
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type ServerOptions,
} from "node:http2";

/** A server of `node:http2` to be called. */
export interface NodeUpstream extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly server: Http2Server;
  /** Sessions so far; the last one is the newest. */
  readonly sessions: readonly ServerHttp2Session[];
}

/** Starts it; `handler` gets each stream. */
export async function nodeUpstream(
  handler: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void,
  options: ServerOptions = {},
): Promise<NodeUpstream> {
  const server = createServer(options);
  const sessions: ServerHttp2Session[] = [];
  server.on("session", (session) => {
    sessions.push(session);
    session.on("error", () => {});
  });
  server.on("stream", (stream: ServerHttp2Stream, headers) => {
    stream.on("error", () => {});
    handler(stream, headers);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    host: "127.0.0.1",
    port,
    server,
    sessions,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const session of sessions) session.destroy();
      await closed;
    },
  };
}
