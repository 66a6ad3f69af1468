export type { HttpClientOptions } from "./http-client.ts";
export { HttpClient } from "./http-client.ts";
export type { HttpTarget } from "./http-target.ts";
export type { PendingRequest, SendRecord } from "./pending-request.ts";
export { isRepeatable } from "./repeatable.ts";
