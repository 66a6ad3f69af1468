import {
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type ServerOptions,
} from "node:http2";
import type { AddressInfo } from "node:net";

/** How {@link startHttp2Upstream} listens and what it says. */
export interface Http2UpstreamOptions extends ServerOptions {
  /** A unix socket instead of a port of 127.0.0.1. */
  readonly path?: string;
}

/** A server of `node:http2` in cleartext for tests. Disposing it breaks what is still connected. */
export interface Http2Upstream extends AsyncDisposable {
  readonly host: string;
  /** 0 on a unix socket. */
  readonly port: number;
  readonly server: Http2Server;
  /** Sessions so far; the last one is the newest. */
  readonly sessions: readonly ServerHttp2Session[];
}

/** Starts it; `handler` gets each stream. */
export async function startHttp2Upstream(
  handler: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void,
  { path, ...options }: Http2UpstreamOptions = {},
): Promise<Http2Upstream> {
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
  await new Promise<void>((resolve) =>
    path === undefined ? server.listen(0, "127.0.0.1", resolve) : server.listen(path, resolve),
  );
  return {
    host: "127.0.0.1",
    port: path === undefined ? (server.address() as AddressInfo).port : 0,
    server,
    sessions,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const session of sessions) session.destroy();
      await closed;
    },
  };
}
