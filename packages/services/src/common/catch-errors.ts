import { MonolakeError } from "@monolake/errors";
import { type MakeService, makeLayered, type Service } from "@monolake/service-async";
import { ServiceFailedError } from "./errors.ts";

/** What becomes of a failure. */
export interface CatchErrorsOptions<in Request, out Fallback, in Context extends object> {
  /**
   * Answers in place of a service that failed with `error`, whatever it is. What it throws counts as the failure, so
   * `throw error` leaves things as they were. If left out, the call rejects.
   */
  readonly recover?: (error: unknown, request: Request, context: Context) => Fallback | PromiseLike<Fallback>;
}

/**
 * The last word on failures: no call throws at once, and all rejections are errors with a code. Errors of Monolake pass as
 * they are; anything else is a bug or came from foreign code, and becomes the cause of an ERR_SERVICE_FAILED. Made by the
 * layer {@link catchErrors}.
 */
export class CatchErrors<in Request, Response, in Context extends object>
  implements Service<Request, Response, Context>
{
  readonly inner: Service<Request, Response, Context>;
  readonly #recover: ((error: unknown, request: Request, context: Context) => unknown) | undefined;

  constructor(
    inner: Service<Request, Response, Context>,
    options: CatchErrorsOptions<Request, Response, Context> = {},
  ) {
    this.inner = inner;
    this.#recover = options.recover;
  }

  call(request: Request, context: Context): Promise<Response> {
    try {
      return this.inner
        .call(request, context)
        .then(undefined, (error: unknown) => this.#failed(error, request, context));
    } catch (error) {
      return this.#failed(error, request, context);
    }
  }

  async #failed(error: unknown, request: Request, context: Context): Promise<Response> {
    try {
      if (this.#recover === undefined) throw error;
      return (await this.#recover(error, request, context)) as Response;
    } catch (failure) {
      throw MonolakeError.is(failure)
        ? failure
        : new ServiceFailedError({ thrown: describe(failure), cause: failure });
    }
  }
}

/** One line about anything that was thrown; never throws itself. */
function describe(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return typeof thrown;
  }
}

/** The layer of {@link CatchErrors}. `recover` may answer with a kind of response that the services inside do not give. */
export const catchErrors =
  <Request = unknown, Fallback = never, Needs extends object = object>(
    options: CatchErrorsOptions<Request, Fallback, Needs> = {},
  ) =>
  <InnerRequest extends Request, Response, Context extends object>(
    _config: unknown,
    inner: MakeService<Service<InnerRequest, Response, Context>>,
  ): MakeService<CatchErrors<InnerRequest, Response | Fallback, Context & Needs>> =>
    makeLayered(
      CatchErrors<InnerRequest, Response | Fallback, Context & Needs>,
      inner,
      (next) => new CatchErrors<InnerRequest, Response | Fallback, Context & Needs>(next, options),
    );
