import type { Forkable } from "./base-context.ts";
import type { ContextKey } from "./context-key.ts";
import { makeLayered } from "./make-layered.ts";
import type { MakeService } from "./make-service.ts";
import type { Service } from "./service.ts";

/**
 * `Context` without the need for one slot. A context that must be `Forkable` must still be, but no longer into one
 * whose slot is filled.
 */
export type Without<Context, Name extends string> = Context extends Forkable
  ? Omit<Context, Name | "fork"> & Forkable
  : Omit<Context, Name>;

/** The context of a service that fills the slot `Name` from what it finds in `Needs`. */
export type Provided<Context, Name extends string, Needs> = object extends Needs
  ? Without<Context, Name>
  : Without<Context, Name> & Needs;

/** Fills one slot of the context of each call. Made by the layer {@link provide}. */
export class Provide<
  Request,
  Response,
  Context extends object,
  Name extends string,
  Value,
  Needs extends object = object,
> implements Service<Request, Response, Provided<Context, Name, Needs>>
{
  readonly inner: Service<Request, Response, Context>;
  /** The slot that it fills. */
  readonly key: ContextKey<Name, Value>;
  readonly #from: (request: Request, context: Needs) => Value;

  constructor(
    inner: Service<Request, Response, Context>,
    key: ContextKey<Name, Value>,
    from: (request: Request, context: Needs) => Value,
  ) {
    this.inner = inner;
    this.key = key;
    this.#from = from;
  }

  call(request: Request, context: Provided<Context, Name, Needs>): Promise<Response> {
    const filled = context as object as Context & Needs;
    // The one place where a context is written and the compiler is told, not asked, that a slot is filled now.
    (filled as Record<string, unknown>)[this.key.name] = this.#from(request, filled);
    return this.inner.call(request, filled);
  }
}

/**
 * The layer that fills one slot of the context from the request, and from slots that are filled further out if `from`
 * names them in its second parameter. Inside, services may ask for the slot by `Has`; outside, nobody need know it.
 */
export const provide =
  <Request, Name extends string, Value, Needs extends object = object>(
    key: ContextKey<Name, Value>,
    from: (request: Request, context: Needs) => Value,
  ) =>
  <Response, Context extends object>(
    _config: unknown,
    inner: MakeService<Service<Request, Response, Context>>,
  ): MakeService<Provide<Request, Response, Context, Name, Value, Needs>> =>
    makeLayered(
      Provide<Request, Response, Context, Name, Value, Needs>,
      inner,
      (next) => new Provide(next, key, from),
    );
