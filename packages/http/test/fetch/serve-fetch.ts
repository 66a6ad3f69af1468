import type { BaseContext } from "@monolake/service-async";
import { type Fetch, FetchHandler, type FetchHandlerOptions } from "../../src/fetch/index.ts";
import type { HttpCoreOptions } from "../../src/index.ts";
import { serve, type TestServer } from "../h1/serve.ts";

/** A server whose only handler is one of the Fetch standard. */
export interface FetchServer extends TestServer {
  readonly origin: string;
  /** What failed so far. */
  readonly errors: readonly unknown[];
}

/** Serves `handler` on 127.0.0.1. */
export async function serveFetch(
  handler: Fetch<BaseContext>,
  options: FetchHandlerOptions<BaseContext> & HttpCoreOptions = {},
): Promise<FetchServer> {
  const adapter = new FetchHandler(handler, options);
  const errors: unknown[] = [];
  const server = await serve((request, context) => adapter.call(request, context), {
    onError: (error) => errors.push(error),
    ...options,
  });
  return {
    ...server,
    origin: `http://127.0.0.1:${server.port}`,
    errors,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
