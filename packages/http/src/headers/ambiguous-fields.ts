import { refuseRequest } from "../head/refusal.ts";
import type { Headers } from "./headers.ts";

/**
 * What becomes of request fields whose names have other characters than letters, digits and `-`. Servers that make variables of
 * fields (CGI, FastCGI, WSGI, PHP) take `X_Forwarded_For` for `X-Forwarded-For`.
 * - `guard`: those that stand for a field that a proxy answers for are dropped
 * - `drop`: all of them are dropped
 * - `refuse`: a request that has one is answered with 400
 * - `pass`: they are fields as any other
 */
export type AmbiguousFieldsMode = "guard" | "drop" | "refuse" | "pass";

/**
 * What must not come behind a body: framing, routing, and what a recipient decides by before it reads the content
 * (RFC 9110 section 6.5.1). They are dropped, never merged into the headers.
 */
const noTrailers = [
  "authorization",
  "cache-control",
  "client-cert",
  "client-cert-chain",
  "connection",
  "content-encoding",
  "content-length",
  "content-range",
  "content-type",
  "cookie",
  "expect",
  "forwarded",
  "host",
  "keep-alive",
  "max-forwards",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "range",
  "set-cookie",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "via",
  "www-authenticate",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-prefix",
  "x-forwarded-proto",
  "x-real-ip",
  "x-request-id",
];

/** As little may these: a recipient has decided by them when the content comes. Nobody answers for them but who sends them. */
const decidedBefore: ReadonlySet<string> = new Set([
  "age",
  "date",
  "expires",
  "http2-settings",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-range",
  "if-unmodified-since",
  "location",
  "pragma",
  "retry-after",
  "vary",
]);

/** What a name is to a server that makes a variable of it, with `-` for what it cannot have. */
const standsFor = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "-");

const isAmbiguous = (name: string): boolean => /[^A-Za-z0-9-]/.test(name);

/** Judges field names of the requests of one server. */
export class AmbiguousFields {
  readonly #mode: AmbiguousFieldsMode;
  readonly #reserved: ReadonlySet<string>;

  /** `reserved`: names of more fields that nobody else may send, beside those that every proxy answers for. */
  constructor(mode: AmbiguousFieldsMode = "guard", reserved: readonly string[] = []) {
    this.#mode = mode;
    this.#reserved = new Set([...noTrailers, ...reserved.map(standsFor)]);
  }

  /** Judges a head that has such names. Throws ERR_HTTP_REQUEST_HEAD where it is refused for one. */
  judge(headers: Headers): void {
    if (this.#mode === "pass") return;
    const names = [...headers].map(([name]) => name);
    const dropped = names.filter((name) => isAmbiguous(name) && this.#minds(name));
    const [first] = dropped;
    if (first !== undefined && this.#mode === "refuse") {
      const bytes = Buffer.from(first, "latin1");
      const line = names.indexOf(first) + 2;
      refuseRequest({
        status: 400,
        reason: "field-name-ambiguous",
        line,
        bytes,
        start: 0,
        end: bytes.length,
      });
    }
    for (const name of dropped) headers.delete(name);
  }

  /** Whether a field may come behind a body: nothing that is reserved, or decided before, by any name. */
  isTrailer(name: string): boolean {
    const meant = standsFor(name);
    if (this.#reserved.has(meant) || decidedBefore.has(meant))
      return this.#mode === "pass" && isAmbiguous(name);
    return !isAmbiguous(name) || this.#mode === "guard" || this.#mode === "pass";
  }

  #minds(name: string): boolean {
    return this.#mode !== "guard" || this.#reserved.has(standsFor(name));
  }
}

/** Where nobody says otherwise. */
export const guardedFields: AmbiguousFields = new AmbiguousFields();
