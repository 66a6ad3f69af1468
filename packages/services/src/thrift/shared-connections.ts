import type { ThriftClientConnection } from "@monolake/thrift";

/** A connection that many callers share, or the place for one. */
interface SharedSlot {
  connection: ThriftClientConnection | undefined;
  opening: Promise<ThriftClientConnection> | undefined;
  idleSinceMs: number;
}

/** How shared connections are kept. */
export interface SharedConnectionsOptions {
  /** Opens one; `closed` is to be called when it takes no more calls. */
  readonly open: (closed: () => void) => Promise<ThriftClientConnection>;
  /** One that served nobody for longer is not used again: its peer may just be closing it. */
  readonly idleTimeoutMs: number;
}

/** The few connections to one upstream on which the calls of many callers are told apart by sequence ids. */
export class SharedConnections {
  readonly #options: SharedConnectionsOptions;
  readonly #slots: SharedSlot[] = [];
  #turn = 0;
  #closed = false;

  constructor(options: SharedConnectionsOptions) {
    this.#options = options;
  }

  /**
   * The one of `count` connections whose turn it is: at once where it is open, else when it is. Undefined when it can take no call now,
   * or has kept its callers waiting: then a connection of one's own is better.
   */
  take(count: number): ThriftClientConnection | Promise<ThriftClientConnection> | undefined {
    this.#turn = (this.#turn + 1) % count;
    const slot = this.#slotAt(this.#turn);
    const { connection } = slot;
    if (connection === undefined) return this.#open(slot);
    if (connection.calls === 0 && performance.now() - slot.idleSinceMs > this.#options.idleTimeoutMs) {
      connection.close();
      slot.connection = undefined;
      return this.#open(slot);
    }
    slot.idleSinceMs = Number.POSITIVE_INFINITY;
    return connection.available && !connection.heldUp ? connection : undefined;
  }

  /** Nobody takes any more; what is under way ends. */
  close(): void {
    this.#closed = true;
    for (const slot of this.#slots) slot.connection?.retire();
  }

  /** For the connection's owner: it has nothing to do. */
  idle(connection: ThriftClientConnection): void {
    const slot = this.#slots.find((one) => one.connection === connection);
    if (slot !== undefined) slot.idleSinceMs = performance.now();
  }

  #slotAt(index: number): SharedSlot {
    while (this.#slots.length <= index) {
      this.#slots.push({
        connection: undefined,
        opening: undefined,
        idleSinceMs: Number.POSITIVE_INFINITY,
      });
    }
    return this.#slots[index] as SharedSlot;
  }

  #open(slot: SharedSlot): Promise<ThriftClientConnection> {
    slot.opening ??= this.#openOne(slot);
    return slot.opening;
  }

  async #openOne(slot: SharedSlot): Promise<ThriftClientConnection> {
    try {
      const connection = await this.#options.open(() => {
        if (slot.connection === connection) slot.connection = undefined;
      });
      if (this.#closed) connection.retire();
      else slot.connection = connection;
      return connection;
    } finally {
      slot.opening = undefined;
    }
  }
}
