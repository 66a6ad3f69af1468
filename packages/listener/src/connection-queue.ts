import type { ByteStream } from "@monolake/streams";

type Next = IteratorResult<ByteStream, undefined>;

interface Waiter {
  readonly iterator: object;
  readonly resolve: (next: Next) => void;
}

const done: Next = { done: true, value: undefined };

/** Accepted connections on their way to whoever iterates over them, in the order in which they came. */
export class ConnectionQueue implements AsyncIterable<ByteStream> {
  readonly #maxWaiting: number;
  readonly #ready: ByteStream[] = [];
  readonly #waiters: Waiter[] = [];
  readonly #iterators = new Set<object>();
  #closed = false;

  constructor(maxWaiting: number) {
    this.#maxWaiting = maxWaiting;
  }

  /** Whether somebody iterates. */
  get iterated(): boolean {
    return this.#iterators.size > 0;
  }

  /** Hands a connection over; false when it is not wanted: the queue is full or closed. */
  push(stream: ByteStream): boolean {
    if (this.#closed) return false;
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) waiter.resolve({ done: false, value: stream });
    else if (this.#ready.length < this.#maxWaiting) this.#ready.push(stream);
    else return false;
    return true;
  }

  /** Takes no more. Iterations end after what is in the queue. */
  close(): void {
    this.#closed = true;
    for (const waiter of this.#waiters.splice(0)) waiter.resolve(done);
  }

  /** Empties the queue. */
  takeAll(): ByteStream[] {
    return this.#ready.splice(0);
  }

  [Symbol.asyncIterator](): AsyncIterator<ByteStream, undefined> {
    const iterator: AsyncIterator<ByteStream, undefined> = {
      next: () => this.#next(iterator),
      return: () => {
        this.#forget(iterator);
        return Promise.resolve(done);
      },
    };
    this.#iterators.add(iterator);
    return iterator;
  }

  #next(iterator: object): Promise<Next> {
    if (!this.#iterators.has(iterator)) return Promise.resolve(done);
    const stream = this.#ready.shift();
    if (stream !== undefined) return Promise.resolve({ done: false, value: stream });
    if (this.#closed) {
      this.#forget(iterator);
      return Promise.resolve(done);
    }
    return new Promise((resolve) => this.#waiters.push({ iterator, resolve }));
  }

  #forget(iterator: object): void {
    this.#iterators.delete(iterator);
    for (let index = this.#waiters.length - 1; index >= 0; index -= 1) {
      if (this.#waiters[index]?.iterator === iterator) this.#waiters.splice(index, 1)[0]?.resolve(done);
    }
  }
}
