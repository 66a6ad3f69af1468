// TEMPORARY: becomes `import type { HttpExchange } from "@monolake/http"`.
import type { HttpContext, HttpRequest, HttpResponse, HttpVersion } from "@monolake/http";

export interface HttpExchange {
  readonly request: HttpRequest | undefined;
  readonly target: string | undefined;
  readonly version: HttpVersion | undefined;
  readonly response: HttpResponse | undefined;
  readonly context: HttpContext;
  readonly receivedAtMs: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly handlerMs: number | undefined;
  readonly totalMs: number;
  readonly complete: boolean;
  readonly error: unknown;
}
