import { createHash } from "node:crypto";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

/** What the default handler of {@link startHttpUpstream} answers, as JSON. */
export interface EchoedRequest {
  readonly method: string;
  readonly url: string;
  readonly httpVersion: string;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  readonly rawTrailers: readonly string[];
  readonly bodyBytes: number;
  /** Lower-case hexadecimal. */
  readonly bodySha256: string;
  /** Counts from 1: which of the upstream's connections brought the request. */
  readonly connection: number;
}

/** How {@link startHttpUpstream} listens. */
export interface HttpUpstreamOptions {
  /** A unix socket instead of a port of 127.0.0.1. */
  readonly path?: string;
  /** The longest head of a request, bytes. Default: that of node:http, 16 KiB. */
  readonly maxHeaderBytes?: number;
}

/** A node:http server for tests, with its counts. Disposing it breaks what is still connected. */
export interface HttpUpstream extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly address: { readonly host: string; readonly port: number };
  /** For instance `http://127.0.0.1:40123`. */
  readonly origin: string;
  readonly server: Server;
  /** Connections accepted so far. */
  readonly connections: number;
  /** Connections that are open now. */
  readonly openConnections: number;
  /** Requests whose head arrived so far. */
  readonly requests: number;
}

/** Starts an upstream. It never ends an idle connection by itself. Without a handler it answers {@link EchoedRequest}. */
export async function startHttpUpstream(
  handler: RequestListener = echo,
  options: HttpUpstreamOptions = {},
): Promise<HttpUpstream> {
  const counts = { connections: 0, openConnections: 0, requests: 0 };
  const server = createServer(
    { keepAliveTimeout: 0, requestTimeout: 0, noDelay: true, maxHeaderSize: options.maxHeaderBytes },
    (request, response) => {
      counts.requests += 1;
      handler(request, response);
    },
  );
  server.on("connection", (socket) => {
    counts.connections += 1;
    counts.openConnections += 1;
    connectionNumbers.set(socket, counts.connections);
    socket.once("close", () => {
      counts.openConnections -= 1;
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(
      options.path === undefined ? { host: "127.0.0.1", port: 0 } : { path: options.path },
      resolve,
    );
  });
  const { port } = options.path === undefined ? (server.address() as AddressInfo) : { port: 0 };
  return {
    host: "127.0.0.1",
    port,
    address: { host: "127.0.0.1", port },
    origin: `http://127.0.0.1:${port}`,
    server,
    get connections() {
      return counts.connections;
    },
    get openConnections() {
      return counts.openConnections;
    },
    get requests() {
      return counts.requests;
    },
    async [Symbol.asyncDispose]() {
      const stopped = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await stopped;
    },
  };
}

const connectionNumbers = new WeakMap<object, number>();

async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const hash = createHash("sha256");
  let bodyBytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bodyBytes += chunk.length;
    }
  } catch {
    return; // The client left in the middle of its body: there is nobody to answer.
  }
  const echoed: EchoedRequest = {
    method: request.method ?? "",
    url: request.url ?? "",
    httpVersion: request.httpVersion,
    rawHeaders: request.rawHeaders,
    rawTrailers: request.rawTrailers,
    bodyBytes,
    bodySha256: hash.digest("hex"),
    connection: connectionNumbers.get(request.socket) ?? 0,
  };
  const body = JSON.stringify(echoed);
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  response.end(body);
}
