import { Cancellation } from "./cancellation.ts";

/** A context that can be copied: what connection handlers ask for that give each request a context of its own. */
export interface Forkable {
  /**
   * A context of the same class with the same values, free to be written without changing this one. Its cancellation,
   * if it has one, is a child of this one's.
   */
  fork(): this;
}

/**
 * The smallest context: a cancellation. Enough for tests and for stacks that need nothing else.
 *
 * A class made from it declares its slots as fields (`peerAddr: PeerAddr | undefined = undefined`), so that all
 * contexts have one hidden class, and takes the cancellation as the first parameter of its constructor, if it has one.
 * `fork` then copies the slots one by one; an application in a hurry overrides it with plain assignments.
 */
export class BaseContext implements Forkable {
  /** Of the connection, or of the request in a fork. */
  readonly cancellation: Cancellation;

  constructor(cancellation: Cancellation = new Cancellation()) {
    this.cancellation = cancellation;
  }

  fork(): this {
    const Context = this.constructor as new (cancellation: Cancellation) => this;
    const { cancellation: _, ...slots } = this;
    return Object.assign(new Context(this.cancellation.child()), slots);
  }
}
