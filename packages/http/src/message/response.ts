import type { ByteStream } from "@monolake/streams";
import type { Body } from "../body/body.ts";
import { type BodyContent, bodyFrom } from "../body/body-from.ts";
import { Headers, type HeadersInit } from "../headers/headers.ts";
import { statusText } from "./status-text.ts";
import type { HttpVersion } from "./version.ts";

/** What a response is made of when a program makes it. */
export interface HttpResponseInit {
  /** Default 200. */
  readonly status?: number;
  /** Default: the usual phrase of the status. */
  readonly reason?: string;
  readonly headers?: Headers | HeadersInit;
}

/** An HTTP response, on its way in or out. */
export class HttpResponse {
  status: number;
  reason: string;
  version: HttpVersion;
  headers: Headers;
  body: Body;
  /** False asks the server to close the connection after this response; true leaves it to the server. */
  persist = true;
  /**
   * For a 101 response: takes over the connection once the head is sent. The stream belongs to it from then on; bytes
   * that the peer sent after its handshake come first. The connection counts as open until the promise settles.
   */
  upgraded: ((stream: ByteStream) => Promise<unknown>) | undefined = undefined;

  constructor(status: number, reason: string, version: HttpVersion, headers: Headers, body: Body) {
    this.status = status;
    this.reason = reason;
    this.version = version;
    this.headers = headers;
    this.body = body;
  }
}

/** Makes a response: `createResponse("hello", { headers: { "content-type": "text/plain" } })`. */
export function createResponse(body?: BodyContent, init: HttpResponseInit = {}): HttpResponse {
  const status = init.status ?? 200;
  const headers = init.headers instanceof Headers ? init.headers : new Headers(init.headers);
  return new HttpResponse(status, init.reason ?? statusText(status), "1.1", headers, bodyFrom(body));
}
