import type { ByteStream, SocketAddress } from "@monolake/streams";
import type { AcceptingServer, AcceptSettings, Taker } from "./accepting-server.ts";
import { ConnectionQueue } from "./connection-queue.ts";
import type { Listener } from "./listener.ts";

/** How long whoever iterates may leave connections untaken once the listener is closed. */
const lastCallMs = 1_000;

/** What a {@link SocketListener} takes from, and how. */
export interface SocketListenerOptions {
  readonly server: AcceptingServer;
  readonly address: SocketAddress;
  readonly settings: AcceptSettings;
  readonly maxWaiting: number;
  readonly onClosed: () => Promise<void>;
}

/** A listener on a socket. */
export class SocketListener implements Listener {
  readonly address: SocketAddress;
  readonly #server: AcceptingServer;
  readonly #taker: Taker;
  readonly #onClosed: () => Promise<void>;
  #closed: Promise<void> | undefined = undefined;

  constructor({ server, address, settings, maxWaiting, onClosed }: SocketListenerOptions) {
    this.address = address;
    this.#server = server;
    this.#onClosed = onClosed;
    this.#taker = { queue: new ConnectionQueue(maxWaiting), settings };
    server.add(this.#taker);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  [Symbol.asyncIterator](): AsyncIterator<ByteStream, undefined> {
    return this.#taker.queue[Symbol.asyncIterator]();
  }

  async #close(): Promise<void> {
    const { queue } = this.#taker;
    await this.#server.remove(this.#taker);
    const destroyRest = () => {
      for (const stream of queue.takeAll()) stream.destroy();
    };
    if (queue.iterated) setTimeout(destroyRest, lastCallMs).unref();
    else destroyRest();
    await this.#onClosed();
  }
}
