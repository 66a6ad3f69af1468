export type { HttpClientOptions, HttpTarget, SendRecord } from "./http-client.ts";
export { HttpClient } from "./http-client.ts";
export { isRepeatable } from "./repeatable.ts";
