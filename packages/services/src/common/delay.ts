import {
  type Cancellation,
  type cancellation,
  type MakeService,
  type MayHave,
  makeLayered,
  type Service,
} from "@monolake/service-async";

/** How long calls wait. */
export interface DelayOptions {
  /** In milliseconds; 0 for not at all. */
  readonly delayMs: number;
}

/**
 * Waits before each call of the services inside. A call that is cancelled while it waits rejects with the reason, and
 * they never hear of it. Made by the layer {@link delay}.
 */
export class Delay<in Request, out Response, in Context extends object>
  implements Service<Request, Response, Context & MayHave<typeof cancellation>>
{
  readonly inner: Service<Request, Response, Context>;
  readonly #delayMs: number;

  constructor(inner: Service<Request, Response, Context>, options: DelayOptions) {
    this.inner = inner;
    this.#delayMs = options.delayMs;
  }

  call(request: Request, context: Context & MayHave<typeof cancellation>): Promise<Response> {
    if (!(this.#delayMs > 0)) return this.inner.call(request, context);
    return wait(this.#delayMs, context.cancellation).then(() => this.inner.call(request, context));
  }
}

function wait(delayMs: number, whileWanted: Cancellation | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = (reason: unknown) => {
      clearTimeout(timer);
      reject(reason);
    };
    const timer = setTimeout(() => {
      whileWanted?.removeListener(cancel);
      resolve();
    }, delayMs);
    whileWanted?.addListener(cancel);
  });
}

/** The layer of {@link Delay}. */
export const delay = <Request, Response, Context extends object>(
  config: DelayOptions,
  inner: MakeService<Service<Request, Response, Context>>,
): MakeService<Delay<Request, Response, Context>> =>
  makeLayered(Delay<Request, Response, Context>, inner, (next) => new Delay(next, config));
