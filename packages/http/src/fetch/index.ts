export { FetchModuleError } from "../errors.ts";
export type { Fetch, FetchContext, FetchHandlerOptions, FetchInfo } from "./fetch-handler.ts";
export { FetchHandler, fetchHandler } from "./fetch-handler.ts";
export { importFetch } from "./import-fetch.ts";
