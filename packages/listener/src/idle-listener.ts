import type { ByteStream, SocketAddress } from "@monolake/streams";
import { ConnectionQueue } from "./connection-queue.ts";
import type { Listener } from "./listener.ts";

/** A listener that never accepts: what a worker holds whose connections another worker takes. */
export class IdleListener implements Listener {
  readonly address: SocketAddress;
  readonly #queue = new ConnectionQueue(0);

  constructor(address: SocketAddress) {
    this.address = address;
  }

  close(): Promise<void> {
    this.#queue.close();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  [Symbol.asyncIterator](): AsyncIterator<ByteStream, undefined> {
    return this.#queue[Symbol.asyncIterator]();
  }
}
