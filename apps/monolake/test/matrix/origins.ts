import { EventEmitter, once } from "node:events";
import {
  createServer as createHttp1,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import {
  createServer as createHttp2,
  createSecureServer,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import { createServer as createHttps } from "node:https";
import type { AddressInfo } from "node:net";
import type { TestCertificate } from "@monolake/test-kit";
import { type OriginReply, serveOrigin } from "./origin.ts";

/** A server behind the proxy, of one version over one transport. */
export interface Origin extends AsyncDisposable {
  readonly port: number;
  /** Emits what {@link serveOrigin} tells. */
  readonly events: EventEmitter;
  /** Versions that it was spoken to with. */
  readonly versions: Set<string>;
}

/** Where it listens, and with which certificate. */
export interface OriginPlace {
  readonly path?: string;
  readonly certificate?: TestCertificate;
}

/** An origin of HTTP/1.1. */
export function http1Origin({ path, certificate }: OriginPlace): Promise<Origin> {
  const events = new EventEmitter();
  const versions = new Set<string>();
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    versions.add(request.httpVersion);
    response.on("error", () => {});
    request.on("error", () => {});
    const aborted = new Promise<void>((resolve) => response.once("close", resolve));
    void serveOrigin(
      {
        method: request.method ?? "",
        path: request.url ?? "",
        body: request,
        trailers: () => request.trailers,
        aborted,
      },
      http1Reply(response),
      (event) => events.emit(event),
    ).catch(() => {});
  };
  const server: Server =
    certificate === undefined
      ? createHttp1(handle)
      : createHttps({ cert: certificate.certificate, key: certificate.key }, handle);
  server.keepAliveTimeout = 0;
  return listening(server, { path, events, versions, close: () => server.closeAllConnections() });
}

function http1Reply(response: ServerResponse): OriginReply {
  return {
    inform: (_status, fields) => response.writeEarlyHints(fields as never),
    respond: (status, fields) => void response.writeHead(status, fields),
    write: (part) => new Promise((resolve) => response.write(part, () => resolve())),
    end(trailers) {
      if (trailers !== undefined) response.addTrailers(trailers);
      response.end();
    },
    breakOff: () => void response.socket?.destroy(),
  };
}

/** An origin of HTTP/2. */
export function http2Origin({ path, certificate }: OriginPlace): Promise<Origin> {
  const events = new EventEmitter();
  const versions = new Set<string>();
  const sessions = new Set<ServerHttp2Session>();
  const server =
    certificate === undefined
      ? createHttp2()
      : createSecureServer({ cert: certificate.certificate, key: certificate.key });
  server.on("session", (session) => {
    sessions.add(session);
    session.on("error", () => {});
    session.once("close", () => sessions.delete(session));
  });
  server.on("stream", (stream: ServerHttp2Stream, headers) => {
    versions.add("2");
    stream.on("error", () => {});
    let trailers: Record<string, unknown> = {};
    stream.on("trailers", (fields) => {
      trailers = fields;
    });
    void serveOrigin(
      {
        method: headers[":method"] ?? "",
        path: headers[":path"] ?? "",
        body: stream,
        trailers: () => trailers,
        aborted: new Promise((resolve) => stream.once("close", resolve)),
      },
      http2Reply(stream),
      (event) => events.emit(event),
    ).catch(() => {});
  });
  const close = () => {
    for (const session of sessions) session.destroy();
  };
  return listening(server as never, { path, events, versions, close });
}

function http2Reply(stream: ServerHttp2Stream): OriginReply {
  let trailers: Readonly<Record<string, string>> | undefined;
  stream.on("wantTrailers", () => stream.sendTrailers({ ...trailers }));
  return {
    inform: (status, fields) => stream.additionalHeaders({ ":status": status, ...fields }),
    respond: (status, fields) =>
      stream.respond({ ":status": status, ...fields }, { waitForTrailers: fields["trailer"] !== undefined }),
    write: (part) => new Promise((resolve) => stream.write(part, () => resolve())),
    end(fields) {
      trailers = fields;
      stream.end();
    },
    breakOff: () => stream.close(2),
  };
}

interface Listening {
  readonly path: string | undefined;
  readonly events: EventEmitter;
  readonly versions: Set<string>;
  readonly close: () => void;
}

async function listening(server: Server, { path, events, versions, close }: Listening): Promise<Origin> {
  if (path === undefined) server.listen(0, "127.0.0.1");
  else server.listen(path);
  await once(server, "listening");
  const port = path === undefined ? (server.address() as AddressInfo).port : 0;
  return {
    port,
    events,
    versions,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      close();
      await closed;
    },
  };
}
