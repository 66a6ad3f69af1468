export type { HttpClientOptions, HttpTarget } from "./http-client.ts";
export { HttpClient } from "./http-client.ts";
