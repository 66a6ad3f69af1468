import { type AddressInfo, createServer, type Server } from "node:net";
import { RawConnection, RawReadError } from "./raw-connection.ts";

/** How {@link startRawServer} listens. */
export interface RawServerOptions {
  /** A unix socket instead of a port of 127.0.0.1. */
  readonly path?: string;
  /** Keep a connection's own side open after the peer's FIN, until `end()`. Default false. */
  readonly allowHalfOpen?: boolean;
  /** The port of 127.0.0.1. Default 0: a free one. */
  readonly port?: number;
}

/** A peer that follows a script. Disposing it closes all its connections and throws what a script threw. */
export interface RawServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Ready for `rawClient`, and for whatever else connects. */
  readonly address: { readonly host: string; readonly port: number };
  readonly server: Server;
  /** Every connection so far, in order of arrival, the closed ones included. */
  readonly connections: readonly RawConnection[];
  /** The next connection that nobody asked for yet; the first call gives the first one. */
  readonly nextConnection: () => Promise<RawConnection>;
}

/** What a scripted peer does with one connection; `index` counts from 0. */
export type RawConnectionScript = (connection: RawConnection, index: number) => unknown;

/** Starts a server of raw sockets. A script that fails breaks its connection. */
export async function startRawServer(
  onConnection: RawConnectionScript = () => {},
  options: RawServerOptions = {},
): Promise<RawServer> {
  const connections: RawConnection[] = [];
  const arrivals = new ConnectionQueue();
  const failures: unknown[] = [];
  const server = createServer(
    { allowHalfOpen: options.allowHalfOpen ?? false, noDelay: true },
    async (socket) => {
      const connection = new RawConnection(socket);
      connections.push(connection);
      arrivals.push(connection);
      try {
        await onConnection(connection, connections.length - 1);
      } catch (error) {
        const peerLeft = error instanceof RawReadError && error.reason !== "timeout";
        if (!peerLeft) failures.push(error);
        socket.destroy();
      }
    },
  );
  await listen(server, options);
  const { port } = options.path === undefined ? (server.address() as AddressInfo) : { port: 0 };
  return {
    host: "127.0.0.1",
    port,
    address: { host: "127.0.0.1", port },
    server,
    connections,
    nextConnection: () => arrivals.next(),
    async [Symbol.asyncDispose]() {
      const stopped = new Promise((resolve) => server.close(resolve));
      for (const { socket } of connections) socket.destroy();
      await stopped;
      if (failures.length === 1) throw failures[0];
      if (failures.length > 1)
        throw new AggregateError(failures, "the scripts of several connections failed");
    },
  };
}

const listen = (server: Server, { path, port = 0 }: RawServerOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path === undefined ? { host: "127.0.0.1", port } : { path }, resolve);
  });

class ConnectionQueue {
  readonly #arrived: RawConnection[] = [];
  readonly #waiting: ((connection: RawConnection) => void)[] = [];

  push(connection: RawConnection): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#arrived.push(connection);
    else waiting(connection);
  }

  next(): Promise<RawConnection> {
    const arrived = this.#arrived.shift();
    if (arrived !== undefined) return Promise.resolve(arrived);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
