export type { ApacheHandlerOptions, ApacheProcessor } from "./apache-handler.ts";
export { createApacheHandler } from "./apache-handler.ts";
