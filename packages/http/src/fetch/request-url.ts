import type { HttpRequest } from "../message/request.ts";

/** A name or IPv4 address, or an IPv6 address in brackets, and a port: no user, no path, nothing else. */
const authority = /^(?:[\w.~!$&'()*+,;=%-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?$/;
/** What a URL parser takes for the directory itself or the one above, in every spelling, and what it takes for a slash. */
const rewritten = /\/(?:\.|%2e){1,2}(?:\/|$)|\\/i;

/**
 * The URL that a request is for, by its scheme, its Host and its target; undefined where a URL parser would read another path than
 * whoever looked at the target before, or no URL at all. A request of HTTP/1.0 without Host is for `localhost`.
 */
export function requestUrl(request: HttpRequest, scheme: "http" | "https"): string | undefined {
  const host = request.headers.get("host") ?? "localhost";
  // RFC 9110 section 9.3.7: `OPTIONS *` is about the whole server, which the root stands for.
  const target = request.target === "*" ? "/" : request.target;
  if (!authority.test(host) || !target.startsWith("/") || target.includes("#")) return undefined;
  const queryAt = target.indexOf("?");
  const path = queryAt === -1 ? target : target.slice(0, queryAt);
  if (rewritten.test(path)) return undefined;
  return URL.parse(`${scheme}://${host}${target}`)?.href;
}
