import {
  createRequest,
  createResponse,
  type HttpExchange,
  type HttpRequest,
  type HttpResponse,
} from "@monolake/http";
import { BaseContext } from "@monolake/service-async";
import type { SocketAddress } from "@monolake/streams";
import { compileFormat, type LineFormat } from "../../../src/http/access-log/compile-format.ts";
import { ExchangeRecord } from "../../../src/http/access-log/exchange-record.ts";
import type { LineOptions } from "../../../src/http/access-log/format-scope.ts";

/** A context with the slots that the log reads. */
export class LoggedContext extends BaseContext {
  peerAddress: SocketAddress = { type: "socket", host: "192.0.2.7", port: 4321 };
  remoteAddress: SocketAddress | undefined = undefined;
  requestId: string | undefined = undefined;
  matchedRoute: { pattern: string } | undefined = undefined;
}

/** What a test changes of an ordinary exchange. */
export interface ExchangeChanges extends Partial<Omit<HttpExchange, "context">> {
  readonly requestHeaders?: Record<string, string>;
  readonly responseHeaders?: Record<string, string>;
  readonly context?: Partial<LoggedContext>;
}

/** `GET /a?b=1` at the same second of 2026 each time, answered with 200 and 12 bytes. */
export function exchangeOf(changes: ExchangeChanges = {}): HttpExchange {
  const { requestHeaders = {}, responseHeaders = {}, context, ...fields } = changes;
  const target = "target" in changes ? changes.target : "/a?b=1";
  const request: HttpRequest = createRequest({ target: target ?? "/", headers: requestHeaders });
  const response: HttpResponse = createResponse("hello, world", { headers: responseHeaders });
  return {
    request,
    method: target === undefined ? undefined : "GET",
    target,
    version: "1.1",
    response,
    receivedAtMs: Date.UTC(2026, 10, 3, 4, 5, 6, 78),
    requestBytes: 0,
    responseBytes: 12,
    handlerMs: 1.5,
    totalMs: 2.0004,
    complete: true,
    error: undefined,
    ...fields,
    context: Object.assign(new LoggedContext(), context),
  };
}

/** The record that a log notes of an exchange before its handler is called. */
export const recordFor = (format: LineFormat, exchange: HttpExchange): ExchangeRecord =>
  new ExchangeRecord(format.requestFields.map((name) => exchange.request?.headers.get(name)));

/** The line of an exchange without its end, which must be there. */
export function lineOf(text: string, exchange: HttpExchange, options?: LineOptions): string {
  const format = compileFormat(text, options);
  const line = format.line(exchange, exchange.request && recordFor(format, exchange));
  if (!line.endsWith("\n")) throw new Error(`no line end: ${JSON.stringify(line)}`);
  return line.slice(0, -1);
}

/** Every character of Latin-1, and some of every other block of 256, surrogates among them. */
export const characterCodes: readonly number[] = Array.from({ length: 0x10000 }, (_, code) => code).filter(
  (code) => code < 0x100 || code % 0x55 === 0 || (code >= 0x2000 && code < 0x2030),
);
