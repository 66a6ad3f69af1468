/**
 * An asynchronous function from a request, in a context, to a response. A connection handler is a service of what a
 * listener accepts, an HTTP handler a service of an HTTP request.
 *
 * `call` is a function-typed property so that the compiler compares contexts strictly: a service that needs a peer
 * address is no service for a context without one. Classes implement it with an ordinary method.
 */
export interface Service<in Request, out Response, in Context extends object = object> {
  readonly call: (request: Request, context: Context) => Promise<Response>;
}
