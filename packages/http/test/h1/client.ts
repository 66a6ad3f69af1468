import { dialStream } from "@monolake/streams";
import { deferred, type RawConnection, startRawServer } from "@monolake/test-kit";
import {
  ClientConnection,
  createRequest,
  type HttpClientConnectionOptions,
  type HttpResponse,
  readBody,
  resolveHttpClientConnectionOptions,
} from "../../src/index.ts";

/** A client connection, and what its owner hears. */
export interface TestClient extends AsyncDisposable {
  readonly connection: ClientConnection;
  /** How often it became idle. */
  readonly idles: () => number;
  /** Resolves when it is idle the next time. */
  readonly nextIdle: () => Promise<void>;
  readonly closed: Promise<void>;
}

/** Connects to a server of a test. */
export async function connectClient(
  { host, port }: { readonly host: string; readonly port: number },
  options: HttpClientConnectionOptions = {},
): Promise<TestClient> {
  const stream = await dialStream({ type: "socket", host, port });
  const closed = deferred();
  let idles = 0;
  let idle = deferred();
  const owner = {
    connectionIdle() {
      idles += 1;
      idle.resolve();
      idle = deferred();
    },
    connectionClosed: () => closed.resolve(),
  };
  const connection = new ClientConnection(stream, owner, resolveHttpClientConnectionOptions(options));
  return {
    connection,
    idles: () => idles,
    nextIdle: () => idle.promise,
    closed: closed.promise,
    async [Symbol.asyncDispose]() {
      stream.destroy();
      await closed.promise;
    },
  };
}

/** A server that answers each request, whatever it is, with the next text. */
export const answering = (...answers: readonly string[]) =>
  startRawServer(async (connection: RawConnection) => {
    for (const answer of answers) {
      await connection.readUntil("\r\n\r\n");
      void connection.write(answer);
    }
  });

/** A response's whole body. */
export const text = async (response: HttpResponse) => (await readBody(response.body)).toString("latin1");

/** A request without a body. */
export const request = (method = "GET") => createRequest({ method, target: "/", headers: { Host: "x" } });

/** A whole response, as it is sent. */
export const ok = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
