import type { Body } from "../body/body.ts";
import { type BodyContent, bodyFrom } from "../body/body-from.ts";
import { Headers, type HeadersInit } from "../headers/headers.ts";
import type { HttpVersion } from "./version.ts";

/** What a request is made of when a program makes it. */
export interface HttpRequestInit {
  /** Default `GET`. */
  readonly method?: string;
  /** As it stands in the request line: `/path?query`. Default `/`. */
  readonly target?: string;
  readonly headers?: Headers | HeadersInit;
  readonly body?: BodyContent;
}

/** What a server hears while it answers: interim responses that come before the final one (RFC 9110 section 15.2). */
export type InformationalListener = (status: number, headers: Headers) => void;

/** An HTTP request, on its way in or out, whatever the version of the connection it came on. */
export class HttpRequest {
  method: string;
  /** The request target as it was sent: origin-form, absolute-form, authority-form or `*` (RFC 9112 section 3.2). */
  target: string;
  version: HttpVersion;
  headers: Headers;
  body: Body;
  /** The client asks to leave HTTP on this connection (Upgrade), and the connection can do that. */
  upgrade: boolean;
  /**
   * The client waits for a 100 before it sends the body (RFC 9110 section 10.1.1). On its way out such a request's head goes
   * first, and its body when the server asks for it, or says nothing for a while.
   */
  expectContinue = false;
  /** What a target in absolute-form began with, before it became one in origin-form. */
  scheme: "http" | "https" | undefined = undefined;
  /** @internal A target that a head reader has judged: as it stands, it may be sent. */
  judgedTarget: string | undefined = undefined;
  /** @internal The judged target is known to be in normal form (RFC 3986 section 6.2.2). */
  isJudgedNormal = false;
  /** Hears 1xx responses of an upstream, to pass them on; undefined when nobody wants them. */
  onInformational: InformationalListener | undefined = undefined;

  constructor(
    method: string,
    target: string,
    version: HttpVersion,
    headers: Headers,
    body: Body,
    upgrade: boolean,
  ) {
    this.method = method;
    this.target = target;
    this.version = version;
    this.headers = headers;
    this.body = body;
    this.upgrade = upgrade;
  }
}

/** Makes a request. */
export function createRequest(init: HttpRequestInit = {}): HttpRequest {
  const headers = init.headers instanceof Headers ? init.headers : new Headers(init.headers);
  return new HttpRequest(
    init.method ?? "GET",
    init.target ?? "/",
    "1.1",
    headers,
    bodyFrom(init.body),
    false,
  );
}
