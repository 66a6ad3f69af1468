import { createRequest, HttpHeadError, type HttpRequest, RequestHeadReader } from "@monolake/http";
import type { HttpServerConfig } from "../schema/index.ts";

/** What somebody asks about, as it is written. */
export interface AskedRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** The request as a server reads it from a client of HTTP/1.1; or what it is answered with when it is refused. */
export function readAskedRequest(
  { limits, parsing }: HttpServerConfig,
  { method, target, headers }: AskedRequest,
): HttpRequest | { readonly refused: string } {
  const { maxHeadBytes, maxHeaderCount: maxFields, maxUriBytes: maxTargetBytes } = limits;
  const reader = new RequestHeadReader({ maxHeadBytes, maxFields, maxTargetBytes }, parsing);
  const lines = [`${method} ${target} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`)];
  try {
    const head = reader.read(Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), 0);
    return createRequest({ method, target: head?.target ?? target, headers: head?.headers ?? headers });
  } catch (error) {
    if (!(error instanceof HttpHeadError)) throw error;
    return { refused: `answered with ${error.status}: ${error.message}` };
  }
}
