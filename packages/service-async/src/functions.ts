import { makeLayered } from "./make-layered.ts";
import type { MakeService } from "./make-service.ts";
import type { Service } from "./service.ts";

/** A service made of a function, which is its `call`. */
export const serviceFn = <Request, Response, Context extends object = object>(
  call: (request: Request, context: Context) => Promise<Response>,
): Service<Request, Response, Context> => ({ call });

/** The service of a layer that is a function. Made by {@link layerFn}. */
export class FunctionLayer<out Inner, in Request, out Response, in Context extends object>
  implements Service<Request, Response, Context>
{
  readonly inner: Inner;
  readonly call: (request: Request, context: Context) => Promise<Response>;

  constructor(inner: Inner, call: (request: Request, context: Context) => Promise<Response>) {
    this.inner = inner;
    this.call = call;
  }
}

/**
 * A layer without a class: `wrap` runs whenever a service is made, and returns the `call` of the new service, which
 * passes on to `inner.call`. For layers without state of their own; those that hand state on use `makeLayered`.
 */
export const layerFn =
  <Inner, Request, Response, Context extends object = object, Config = unknown>(
    wrap: (inner: Inner, config: Config) => (request: Request, context: Context) => Promise<Response>,
  ): ((
    config: Config,
    inner: MakeService<Inner>,
  ) => MakeService<FunctionLayer<Inner, Request, Response, Context>>) =>
  (config, inner) =>
    makeLayered(
      FunctionLayer<Inner, Request, Response, Context>,
      inner,
      (made) => new FunctionLayer(made, wrap(made, config)),
    );
