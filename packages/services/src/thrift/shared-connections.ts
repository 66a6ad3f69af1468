import type { ThriftClientConnection } from "@monolake/thrift";

/** A connection that many callers share, or the place for one. */
interface SharedSlot {
  connection: ThriftClientConnection | undefined;
  opening: Promise<ThriftClientConnection> | undefined;
}

/** Opens a connection, which closes by itself when it is idle; `closed` is to be called when it takes no more calls. */
type OpenShared = (closed: () => void) => Promise<ThriftClientConnection>;

/** The few connections to one upstream on which the calls of many callers are told apart by sequence ids. */
export class SharedConnections {
  readonly #openShared: OpenShared;
  readonly #slots: SharedSlot[] = [];
  #turn = 0;
  #closed = false;

  constructor(open: OpenShared) {
    this.#openShared = open;
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
    return connection.available && !connection.heldUp ? connection : undefined;
  }

  /** Nobody takes any more; what is under way ends. */
  close(): void {
    this.#closed = true;
    for (const slot of this.#slots) slot.connection?.retire();
  }

  #slotAt(index: number): SharedSlot {
    while (this.#slots.length <= index) {
      this.#slots.push({ connection: undefined, opening: undefined });
    }
    return this.#slots[index] as SharedSlot;
  }

  #open(slot: SharedSlot): Promise<ThriftClientConnection> {
    slot.opening ??= this.#openOne(slot);
    return slot.opening;
  }

  async #openOne(slot: SharedSlot): Promise<ThriftClientConnection> {
    try {
      const connection = await this.#openShared(() => {
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
