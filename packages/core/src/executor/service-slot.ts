import type { SharedService } from "@monolake/service-async";

/** The place of the service that new connections get. Whoever takes a service from it holds that one to the end. */
export class ServiceSlot<in out Served> {
  #current: SharedService<Served> | undefined;

  /** The slot becomes the holder that the caller was. */
  constructor(first: SharedService<Served>) {
    this.#current = first;
  }

  /** The service that a connection gets now, with one holder more: release it when the connection is over. */
  take(): SharedService<Served> | undefined {
    this.#current?.retain();
    return this.#current;
  }

  /** Puts `next` in the place of the service so far, which lives on for as long as connections hold it. */
  replace(next: SharedService<Served>): void {
    const before = this.#current;
    this.#current = next;
    // Its end is nobody's business here: whoever counts the services logs a failure.
    void before?.release();
  }

  /** Leaves the slot empty for good. */
  clear(): void {
    const before = this.#current;
    this.#current = undefined;
    void before?.release();
  }
}
