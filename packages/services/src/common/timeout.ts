import { type Cancellation, type MakeService, makeLayered, type Service } from "@monolake/service-async";
import { deadlineIn, type Expiring, unwatchDeadline, watchDeadline } from "@monolake/streams";
import { ServiceTimeoutError } from "./errors.ts";
import { releaseResponse } from "./release-response.ts";

/** How long a call may take. */
export interface TimeoutOptions<in Response = unknown> {
  /** In milliseconds; 0 for as long as it likes. A call ends up to 75 ms late, and never early. */
  readonly timeoutMs: number;
  /** Gets a response that came too late, to free what it holds. Default: {@link releaseResponse}. */
  readonly onLate?: (response: Response) => unknown;
}

/**
 * What a {@link Timeout} asks of a context, beside what the services inside do: that it is `Forkable` and has a
 * cancellation. It does not say that a fork has every slot that this context has, because layers further out may fill
 * slots of this one.
 */
export interface TimeoutContext {
  readonly cancellation: Cancellation;
  readonly fork: () => { readonly cancellation: Cancellation };
}

/**
 * Bounds each call of the services inside until they answer; a body that follows its response has all the time it needs.
 * When the time is over the call rejects with ERR_SERVICE_TIMEOUT, which is also the reason for which the services inside
 * are cancelled: they get a fork of the context, so nothing else is. Made by the layer {@link timeout}.
 *
 * It counts with the one clock that all deadlines of a thread share: cheaper than a timer for each call, and time in
 * which the thread was stuck, and could not see an answer that was there, does not count.
 */
export class Timeout<in Request, Response, in Context extends object>
  implements Service<Request, Response, Context & TimeoutContext>
{
  readonly inner: Service<Request, Response, Context>;
  readonly #options: Required<TimeoutOptions<Response>>;

  constructor(inner: Service<Request, Response, Context>, options: TimeoutOptions<Response>) {
    this.inner = inner;
    this.#options = { timeoutMs: options.timeoutMs, onLate: options.onLate ?? releaseResponse };
  }

  call(request: Request, context: Context & TimeoutContext): Promise<Response> {
    if (!(this.#options.timeoutMs > 0)) return this.inner.call(request, context);
    // A fork is of the same class with the same values, see `Forkable`.
    const forked = context.fork() as Context & TimeoutContext;
    const answer = this.inner.call(request, forked);
    return new Promise((resolve, reject) => {
      const bounded = new BoundedCall(this.#options.timeoutMs, forked.cancellation, reject);
      answer.then(
        (response) => (bounded.finish() ? resolve(response) : void this.#late(response)),
        (error: unknown) => (bounded.finish() ? reject(error) : undefined),
      );
    });
  }

  async #late(response: Response): Promise<void> {
    try {
      await this.#options.onLate(response);
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : `onLate threw ${String(error)}`);
    }
  }
}

/** One call under way. */
class BoundedCall implements Expiring {
  deadlineMs: number;
  watchedAt = -1;
  private readonly timeoutMs: number;
  private readonly cancellation: Cancellation;
  private readonly reject: (error: unknown) => void;
  private isOver = false;

  constructor(timeoutMs: number, inner: Cancellation, reject: (error: unknown) => void) {
    this.timeoutMs = timeoutMs;
    this.cancellation = inner;
    this.reject = reject;
    this.deadlineMs = deadlineIn(timeoutMs);
    watchDeadline(this);
  }

  /** The services inside are done; false when that was too late. */
  finish(): boolean {
    if (this.isOver) return false;
    unwatchDeadline(this);
    return true;
  }

  onDeadline(): void {
    this.isOver = true;
    unwatchDeadline(this);
    const error = new ServiceTimeoutError({ timeoutMs: this.timeoutMs });
    this.reject(error);
    this.cancellation.cancel(error);
  }
}

/** The layer of {@link Timeout}. */
export const timeout = <Request, Response, Context extends object>(
  config: TimeoutOptions<Response>,
  inner: MakeService<Service<Request, Response, Context>>,
): MakeService<Timeout<Request, Response, Context>> =>
  makeLayered(Timeout<Request, Response, Context>, inner, (next) => new Timeout(next, config));
