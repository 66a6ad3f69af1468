import { dialStream } from "@monolake/streams";
import { deferred } from "@monolake/test-kit";
import {
  ClientConnection,
  type HttpClientConnectionOptions,
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
