import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { request } from "node:http";
import {
  createSecureServer,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo } from "node:net";
import type { TestCertificate } from "@monolake/test-kit";

/** An upstream of HTTP/2 that takes WebSockets on its streams (RFC 8441), or does not. */
export interface Http2WebSocketUpstream extends AsyncDisposable {
  readonly port: number;
  readonly sessions: readonly ServerHttp2Session[];
  /** What its requests were: method, path and protocol. */
  readonly asked: readonly string[];
  /** The fields of the last one. */
  readonly lastFields: () => IncomingHttpHeaders;
  /** Streams that are open now. */
  readonly streams: () => number;
}

/** Where the WebSockets go, and how the upstream is. */
export interface Http2WebSocketUpstreamOptions {
  /** The port of a server of `ws`, which itself knows HTTP/1.1 only. */
  readonly behind: number;
  readonly enableConnectProtocol: boolean;
  /** TLS, with HTTP/1.1 for who wants that, which goes to `behind`, too. */
  readonly certificate?: TestCertificate;
}

/** Starts it. */
export async function startHttp2WebSocketUpstream({
  behind,
  enableConnectProtocol,
  certificate,
}: Http2WebSocketUpstreamOptions): Promise<Http2WebSocketUpstream> {
  const asked: string[] = [];
  const sessions: ServerHttp2Session[] = [];
  const streams = new Set<ServerHttp2Stream>();
  let last: IncomingHttpHeaders = {};
  const settings = { enableConnectProtocol };
  const server =
    certificate === undefined
      ? createServer({ settings })
      : createSecureServer({
          settings,
          allowHTTP1: true,
          cert: certificate.certificate,
          key: certificate.key,
        });
  server.on("session", (session: ServerHttp2Session) => {
    sessions.push(session);
    session.on("error", () => {});
  });
  server.on("stream", (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    last = headers;
    asked.push([headers[":method"], headers[":path"], headers[":protocol"]].join(" "));
    streams.add(stream.on("error", () => {}).on("close", () => streams.delete(stream)));
    if (headers[":protocol"] === "websocket") bridge(stream, headers, behind);
    else {
      stream.respond({ ":status": 200 });
      stream.end("a plain answer");
    }
  });
  server.on("upgrade", (incoming, socket, head) => {
    asked.push(`${incoming.method} ${incoming.url} HTTP/${incoming.httpVersion}`);
    const upgrading = request({
      port: behind,
      host: "127.0.0.1",
      path: incoming.url,
      headers: incoming.headers,
    });
    upgrading.end().on("upgrade", (response, there, first) => {
      const lines = Object.entries(response.headers).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("")}\r\n`);
      socket.write(first);
      there.write(head);
      there
        .on("error", () => {})
        .pipe(socket.on("error", () => {}))
        .pipe(there);
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    port: (server.address() as AddressInfo).port,
    sessions,
    asked,
    lastFields: () => last,
    streams: () => streams.size,
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy();
      server.close();
    },
  };
}

/** Joins a stream with a WebSocket of HTTP/1.1. */
function bridge(stream: ServerHttp2Stream, fields: IncomingHttpHeaders, port: number): void {
  const passed = Object.entries(fields).filter(([name]) => /^(?:origin|sec-websocket-)/.test(name));
  const headers = {
    ...Object.fromEntries(passed),
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Key": randomBytes(16).toString("base64"),
  };
  const upgrading = request({ port, host: "127.0.0.1", path: String(fields[":path"]), headers });
  upgrading.on("response", (response) => {
    stream.respond({ ":status": response.statusCode, "x-why": String(response.headers["x-why"]) });
    response.pipe(stream);
  });
  upgrading.on("upgrade", (response, socket, head) => {
    const answered = Object.entries(response.headers).filter(([name]) =>
      /^sec-websocket-(?!accept)/.test(name),
    );
    stream.respond({ ":status": 200, ...Object.fromEntries(answered) });
    stream.write(head);
    socket.on("error", () => stream.close(8));
    socket.pipe(stream).pipe(socket);
    stream.on("aborted", () => socket.destroy());
  });
  upgrading.on("error", () => stream.close(2)).end();
}
