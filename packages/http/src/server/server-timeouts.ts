import { ClientTimeoutError, RequestTimeoutError } from "../errors.ts";
import type { ResolvedHttpServerOptions } from "./server-options.ts";

/**
 * What the client has to do next: a request, the rest of one, to take the answer, to say goodbye. "total" is a request
 * and its answer altogether.
 */
export type WaitingFor = "request" | "head" | "body" | "write" | "close" | "total";

/** What was late; "rate" is a body that came too slowly. */
export type Late = WaitingFor | "rate";

/** After the last response, for the client to take it and close its side (RFC 9112 section 9.6), or to send more of what nobody wants. */
export const lingerTimeoutMs = 2_000;
/** Then it is over, however much more comes. */
export const longestLingerMs = 30_000;

/** What went wrong; undefined where nothing did: an idle connection may end. */
export function timeoutError(late: Late, options: ResolvedHttpServerOptions): Error | undefined {
  switch (late) {
    case "request":
    case "close":
      return undefined;
    case "head":
      return new ClientTimeoutError({ waitingFor: "the rest of its head", timeoutMs: options.headTimeoutMs });
    case "body":
      return new ClientTimeoutError({ waitingFor: "more of its body", timeoutMs: options.bodyIdleTimeoutMs });
    case "rate":
      return new ClientTimeoutError({
        waitingFor: `a body of at least ${options.minBodyBytesPerSecond} bytes/s`,
        timeoutMs: options.bodyRateGraceMs,
      });
    case "write":
      return new ClientTimeoutError({ waitingFor: "its response", timeoutMs: options.writeStallTimeoutMs });
    case "total":
      return new RequestTimeoutError({ timeoutMs: options.requestTimeoutMs });
  }
}
