import type { Headers } from "@monolake/http";

/** The cookies of a request by name; of several with one name the first, as browsers send the most specific first. */
export type Cookies = ReadonlyMap<string, string>;

/** Each `name=value`; HTTP/2 sends them in several fields (RFC 9113 section 8.2.3). */
const pairsOf = (headers: Headers): string[] =>
  headers.getAll("cookie").flatMap((field) => field.split(";").map((pair) => pair.trim()));

const nameOf = (pair: string): string => pair.split("=", 1)[0] as string;

/** Reads the Cookie fields of a request (RFC 6265 section 4.2). */
export function readCookies(headers: Headers): Cookies {
  const cookies = new Map<string, string>();
  for (const pair of pairsOf(headers)) {
    const name = nameOf(pair);
    if (name.length < pair.length && !cookies.has(name)) cookies.set(name, pair.slice(name.length + 1));
  }
  return cookies;
}

/** Takes cookies out of a request, so that nobody behind sees them. */
export function removeCookies(headers: Headers, isRemoved: (name: string) => boolean): void {
  const pairs = pairsOf(headers);
  const kept = pairs.filter((pair) => pair !== "" && !isRemoved(nameOf(pair)));
  if (kept.length === pairs.length) return;
  if (kept.length === 0) headers.delete("cookie");
  else headers.set("Cookie", kept.join("; "));
}

/** How cookies are given out: names and attributes. */
export class CookieMaker {
  readonly #secure: boolean;

  /** Under TLS a cookie is for this host alone and never leaves it unencrypted: `__Host-` (RFC 6265bis section 4.1.3). */
  constructor(secure: boolean) {
    this.#secure = secure;
  }

  name(name: string): string {
    return this.#secure ? `__Host-${name}` : name;
  }

  /** A Set-Cookie value. Lax: sent with links that lead here, as the provider's redirect does, and not with foreign forms. */
  set(name: string, value: string, maxAgeSeconds: number): string {
    const secure = this.#secure ? "; Secure" : "";
    return `${name}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly${secure}; SameSite=Lax`;
  }

  expire(name: string): string {
    return this.set(name, "", 0);
  }
}
