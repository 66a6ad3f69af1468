import type { Cancellation, Forkable, Service } from "@monolake/service-async";
import type { HttpRequest } from "./message/request.ts";
import type { HttpResponse } from "./message/response.ts";

/**
 * What the HTTP core needs of a connection's context: each request gets a fork of it, whose cancellation is cancelled when the
 * client goes away. `BaseContext` of service-async is the smallest one.
 */
export interface HttpContext extends Forkable {
  readonly cancellation: Cancellation;
}

/** Answers HTTP requests, whatever the version they came with. */
export type HttpHandler<Context extends object = object> = Service<HttpRequest, HttpResponse, Context>;
