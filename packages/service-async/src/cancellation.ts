import { contextKey } from "./context-key.ts";
import { CancelledError } from "./errors.ts";

/** What wants to know of a cancellation: a function, or an object that can be cancelled itself. Not asynchronous. */
export type CancelListener = ((reason: unknown) => void) | { cancel(reason: unknown): void };

/** What a cancellation follows. */
interface CancelSource {
  readonly cancelled: boolean;
  readonly reason: unknown;
  addListener(listener: CancelListener): void;
  removeListener(listener: CancelListener): void;
}

/**
 * Tells work that nobody waits for it any more. Made for each request, so it is cheap: one small object, an
 * `AbortSignal` only when somebody asks for it, and children that their parent does not know until they have a
 * listener of their own.
 */
export class Cancellation {
  private readonly first: CancelSource | undefined;
  private second: CancelSource | undefined = undefined;
  private isCancelled = false;
  private isLinked = false;
  private cause: unknown = undefined;
  /** One listener is the usual number, and needs no set. */
  private listeners: CancelListener | Set<CancelListener> | undefined = undefined;
  private controller: AbortController | undefined = undefined;

  /** With a parent: cancelled whenever the parent is. */
  constructor(parent?: Cancellation) {
    this.first = parent;
  }

  /** A cancellation that is cancelled as soon as one of `parents` is. */
  static linked(...parents: readonly Cancellation[]): Cancellation {
    const [first, second, ...others] = parents;
    const linked = new Cancellation(first);
    linked.second = second;
    return others.length === 0 ? linked : Cancellation.linked(linked, ...others);
  }

  /** A cancellation that is cancelled when `signal` aborts, with its reason. Listens to it only while needed. */
  static fromSignal(signal: AbortSignal): Cancellation {
    const cancellation = new Cancellation();
    cancellation.second = new SignalSource(signal);
    return cancellation;
  }

  /** Whether this one or a parent was cancelled. */
  get cancelled(): boolean {
    return this.isCancelled || this.cancelledSource() !== undefined;
  }

  /** Why: what was given to `cancel`, or a {@link CancelledError}; `undefined` while nothing is cancelled. */
  get reason(): unknown {
    if (!this.isCancelled) return this.cancelledSource()?.reason;
    this.cause ??= new CancelledError();
    return this.cause;
  }

  /** For interfaces that take an `AbortSignal`; made when it is first asked for. */
  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.cancelled) this.controller.abort(this.reason);
      else this.link();
    }
    return this.controller.signal;
  }

  /** A cancellation that follows this one and may also be cancelled alone. Costs nothing to leave behind. */
  child(): Cancellation {
    return new Cancellation(this);
  }

  /**
   * Cancels this and everything that follows it; only the first call and its reason count. Every listener is called,
   * now; one that throws is reported as a process warning.
   */
  cancel(reason?: unknown): void {
    if (this.isCancelled) return;
    const source = this.cancelledSource();
    this.cause = source === undefined ? reason : source.reason;
    this.isCancelled = true;
    this.unlink();
    this.controller?.abort(this.reason);
    const { listeners } = this;
    if (listeners === undefined) return;
    // A listener may remove others that have not been called yet: iterating the set itself honours that.
    if (listeners instanceof Set) for (const listener of listeners) notify(listener, this.reason);
    else notify(listeners, this.reason);
    this.listeners = undefined;
  }

  /** Throws {@link reason} if cancelled. */
  throwIfCancelled(): void {
    if (this.cancelled) throw this.reason;
  }

  /** Calls `listener` once when cancelled, or now if that has happened. The function it returns removes the listener. */
  onCancel(listener: CancelListener): () => void {
    this.addListener(listener);
    return () => this.removeListener(listener);
  }

  /** The same without a function to remove it: what was added is removed by {@link removeListener}. */
  addListener(listener: CancelListener): void {
    if (this.cancelled) {
      notify(listener, this.reason);
    } else if (this.listeners === undefined) {
      this.listeners = listener;
      this.link();
    } else if (this.listeners instanceof Set) {
      this.listeners.add(listener);
    } else if (this.listeners !== listener) {
      this.listeners = new Set([this.listeners, listener]);
    }
  }

  /** Takes back what {@link addListener} added. */
  removeListener(listener: CancelListener): void {
    if (this.listeners !== listener) {
      if (!(this.listeners instanceof Set)) return;
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
    }
    this.listeners = undefined;
    if (this.controller === undefined) this.unlink();
  }

  /**
   * The work is over: forgets all listeners and lets the parents forget this one, its `signal` included. Needed where
   * a signal was asked for or listeners were left, and the parent lives longer.
   */
  detach(): void {
    this.listeners = undefined;
    this.unlink();
  }

  /** Detaches, for `using`. */
  [Symbol.dispose](): void {
    this.detach();
  }

  private cancelledSource(): CancelSource | undefined {
    if (this.first?.cancelled === true) return this.first;
    return this.second?.cancelled === true ? this.second : undefined;
  }

  private link(): void {
    if (this.isLinked) return;
    this.isLinked = true;
    this.first?.addListener(this);
    this.second?.addListener(this);
  }

  private unlink(): void {
    if (!this.isLinked) return;
    this.isLinked = false;
    this.first?.removeListener(this);
    this.second?.removeListener(this);
  }
}

/** Lets a cancellation follow a signal. */
class SignalSource implements CancelSource {
  readonly #signal: AbortSignal;
  #listener: CancelListener | undefined = undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  get cancelled(): boolean {
    return this.#signal.aborted;
  }

  get reason(): unknown {
    return this.#signal.reason;
  }

  addListener(listener: CancelListener): void {
    this.#listener = listener;
    this.#signal.addEventListener("abort", this.#onAbort);
  }

  removeListener(): void {
    this.#signal.removeEventListener("abort", this.#onAbort);
    this.#listener = undefined;
  }

  readonly #onAbort = (): void => {
    if (this.#listener !== undefined) notify(this.#listener, this.#signal.reason);
  };
}

function notify(listener: CancelListener, reason: unknown): void {
  try {
    if (typeof listener === "function") listener(reason);
    else listener.cancel(reason);
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : `a cancel listener threw ${String(error)}`);
  }
}

/** The slot of a context that says when nobody waits for the response any more. */
export const cancellation = contextKey<Cancellation>()("cancellation");
