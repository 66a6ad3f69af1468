import type { Service } from "@monolake/service-async";
import type { HttpContext } from "../http-handler.ts";
import type { HttpRequest } from "../message/request.ts";
import type { HttpResponse } from "../message/response.ts";
import type { ResolvedHttpServerOptions } from "./server-options.ts";

/** What a connection serves its requests with. */
export interface Serving<Context extends HttpContext> {
  readonly handler: Service<HttpRequest, HttpResponse, Context>;
  /** The connection's; each request gets a fork of it. */
  readonly context: Context;
  readonly options: ResolvedHttpServerOptions;
}
