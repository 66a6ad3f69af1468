import { makeLayered } from "./make-layered.ts";
import type { MakeService } from "./make-service.ts";
import type { Service } from "./service.ts";

/** Turns each request into the one that the inner service takes. Made by the layer {@link mapTarget}. */
export class MapTarget<in Request, InnerRequest, out Response, in Context extends object>
  implements Service<Request, Response, Context>
{
  readonly inner: Service<InnerRequest, Response, Context>;
  readonly #map: (request: Request) => InnerRequest;

  constructor(inner: Service<InnerRequest, Response, Context>, map: (request: Request) => InnerRequest) {
    this.inner = inner;
    this.#map = map;
  }

  call(request: Request, context: Context): Promise<Response> {
    return this.inner.call(this.#map(request), context);
  }
}

/** The layer that turns each request into the one that the services inside take. */
export const mapTarget =
  <Request, InnerRequest>(map: (request: Request) => InnerRequest) =>
  <Response, Context extends object>(
    _config: unknown,
    inner: MakeService<Service<InnerRequest, Response, Context>>,
  ): MakeService<MapTarget<Request, InnerRequest, Response, Context>> =>
    makeLayered(
      MapTarget<Request, InnerRequest, Response, Context>,
      inner,
      (next) => new MapTarget(next, map),
    );

/** Turns each response into another one. Made by the layer {@link mapResponse}. */
export class MapResponse<in Request, InnerResponse, out Response, in Context extends object>
  implements Service<Request, Response, Context>
{
  readonly inner: Service<Request, InnerResponse, Context>;
  readonly #map: (response: InnerResponse) => Response | PromiseLike<Response>;

  constructor(
    inner: Service<Request, InnerResponse, Context>,
    map: (response: InnerResponse) => Response | PromiseLike<Response>,
  ) {
    this.inner = inner;
    this.#map = map;
  }

  call(request: Request, context: Context): Promise<Response> {
    return this.inner.call(request, context).then(this.#map);
  }
}

/** The layer that turns each response of the services inside into another one. */
export const mapResponse =
  <InnerResponse, Response>(map: (response: InnerResponse) => Response | PromiseLike<Response>) =>
  <Request, Context extends object>(
    _config: unknown,
    inner: MakeService<Service<Request, InnerResponse, Context>>,
  ): MakeService<MapResponse<Request, InnerResponse, Response, Context>> =>
    makeLayered(
      MapResponse<Request, InnerResponse, Response, Context>,
      inner,
      (next) => new MapResponse(next, map),
    );

/** Fails with another error. Made by the layer {@link mapError}. */
export class MapError<in Request, out Response, in Context extends object>
  implements Service<Request, Response, Context>
{
  readonly inner: Service<Request, Response, Context>;
  readonly #map: (error: unknown, request: Request) => unknown;

  constructor(
    inner: Service<Request, Response, Context>,
    map: (error: unknown, request: Request) => unknown,
  ) {
    this.inner = inner;
    this.#map = map;
  }

  // Asynchronous, unlike other layers that pass calls on: services that throw at once are to be caught as well.
  async call(request: Request, context: Context): Promise<Response> {
    try {
      return await this.inner.call(request, context);
    } catch (error) {
      throw this.#map(error, request);
    }
  }
}

/** The layer that fails with what `map` makes of each failure of the services inside. */
export const mapError =
  <Request = unknown>(map: (error: unknown, request: Request) => unknown) =>
  <InnerRequest extends Request, Response, Context extends object>(
    _config: unknown,
    inner: MakeService<Service<InnerRequest, Response, Context>>,
  ): MakeService<MapError<InnerRequest, Response, Context>> =>
    makeLayered(MapError<InnerRequest, Response, Context>, inner, (next) => new MapError(next, map));
