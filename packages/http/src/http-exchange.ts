import type { HttpContext } from "./http-handler.ts";
import type { HttpRequest } from "./message/request.ts";
import type { HttpResponse } from "./message/response.ts";
import type { HttpVersion } from "./message/version.ts";

/** One request and its answer, told when both are over: for logs and figures. */
export interface HttpExchange {
  /** As the services left it; undefined when its head could not be read. */
  readonly request: HttpRequest | undefined;
  /** The method as the client sent it. */
  readonly method: string | undefined;
  /** The request target as the client sent it. */
  readonly target: string | undefined;
  /** The version as the client sent it. */
  readonly version: HttpVersion | undefined;
  /** Its headers are what was sent. Undefined when the exchange broke off before there was an answer. */
  readonly response: HttpResponse | undefined;
  /** The request's own; the connection's where no handler was called. */
  readonly context: HttpContext;
  /** When the head of the request was complete: milliseconds since 1970. */
  readonly receivedAtMs: number;
  /** Bytes of the request's body that had come, without framing. */
  readonly requestBytes: number;
  /** Bytes of the response's body that were written, without framing. After a 101: 0. */
  readonly responseBytes: number;
  /** From the complete head until the head of the answer was ready; undefined when there was no answer. */
  readonly handlerMs: number | undefined;
  /** From the complete head until the kernel had taken the last byte of the answer, or the end of what followed a 101. */
  readonly totalMs: number;
  /** False when the connection broke before that. */
  readonly complete: boolean;
  /** Why the exchange broke off, or why it was answered with an error by the core. */
  readonly error: unknown;
}

/** Hears of each exchange once, when it is over. */
export type ExchangeListener = (exchange: HttpExchange) => void;
