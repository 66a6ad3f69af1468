import type { ThriftClientConnection } from "@monolake/thrift";

/** A connection that many callers share, or the place for one. */
interface SharedSlot {
  connection: ThriftClientConnection | undefined;
  opening: Promise<ThriftClientConnection> | undefined;
}

/** Where shared connections come from. */
export interface SharedSource {
  /** Asks for the place of one more; undefined when there is none, else what gives it back. */
  readonly reserve: () => (() => void) | undefined;
  /** Opens a connection, which closes by itself when it is idle; `closed` is to be called when it takes no more calls. */
  readonly open: (closed: () => void) => Promise<ThriftClientConnection>;
}

/** The few connections to one upstream on which the calls of many callers are told apart by sequence ids. */
export class SharedConnections {
  readonly #source: SharedSource;
  readonly #slots: SharedSlot[] = [];
  #turn = 0;
  #closed = false;

  constructor(source: SharedSource) {
    this.#source = source;
  }

  /** There is no connection, and none on the way. */
  get unused(): boolean {
    return this.#slots.every(({ connection, opening }) => connection === undefined && opening === undefined);
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

  #open(slot: SharedSlot): Promise<ThriftClientConnection> | undefined {
    if (slot.opening !== undefined) return slot.opening;
    const giveBack = this.#source.reserve();
    if (giveBack !== undefined) slot.opening = this.#openOne(slot, giveBack);
    return slot.opening;
  }

  async #openOne(slot: SharedSlot, giveBack: () => void): Promise<ThriftClientConnection> {
    let connection: ThriftClientConnection | undefined;
    try {
      connection = await this.#source.open(() => {
        giveBack();
        if (slot.connection === connection) slot.connection = undefined;
      });
      if (this.#closed) connection.retire();
      else slot.connection = connection;
      return connection;
    } catch (error) {
      giveBack();
      throw error;
    } finally {
      slot.opening = undefined;
    }
  }
}
