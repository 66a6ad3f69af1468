import { ClientTimeoutError } from "../errors.ts";
import type { ResolvedHttpServerOptions } from "./server-options.ts";

/** What the client has to do next: a request, the rest of one, to take the answer, to say goodbye. */
export type WaitingFor = "request" | "head" | "body" | "write" | "close";

/** After the last response, for the client to take it and close its side (RFC 9112 section 9.6). */
export const lingerTimeoutMs = 2_000;

/** What went wrong; undefined where nothing did: an idle connection may end. */
export function timeoutError(late: WaitingFor, options: ResolvedHttpServerOptions): Error | undefined {
  switch (late) {
    case "request":
    case "close":
      return undefined;
    case "head":
      return new ClientTimeoutError({ waitingFor: "the rest of its head", timeoutMs: options.headTimeoutMs });
    case "body":
      return new ClientTimeoutError({ waitingFor: "more of its body", timeoutMs: options.bodyIdleTimeoutMs });
    case "write":
      return new ClientTimeoutError({ waitingFor: "its response", timeoutMs: options.writeStallTimeoutMs });
  }
}
