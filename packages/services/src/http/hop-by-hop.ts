import { type Headers, type HttpResponse, knownFields } from "@monolake/http";

/** Fields that concern one connection only (RFC 9110 section 7.6.1, RFC 7540 section 3.2.1), and those that older software treats so. */
const hopByHop = knownFields(
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "transfer-encoding",
  "upgrade",
  "http2-settings",
);
const connectionField = knownFields("connection");
/** What a message may not lose because Connection names it: framing and routing (request smuggling). */
const kept = new Set(["close", "keep-alive", "upgrade", "host", "content-length", "te", "via"]);
const upgradeField = knownFields("upgrade");
const teField = knownFields("te");

/**
 * Removes what must not be forwarded: hop-by-hop fields and those that Connection names. With `keepUpgrade` the Upgrade field
 * stays, for a request whose upgrade is forwarded and for its answer.
 */
export function removeHopByHop(headers: Headers, keepUpgrade = false): void {
  if ((headers.knownMask & hopByHop) === 0) return;
  let removed = keepUpgrade ? hopByHop & ~upgradeField : hopByHop;
  if ((headers.knownMask & teField) !== 0 && wantsTrailers(headers)) {
    headers.set("TE", "trailers");
    removed &= ~teField;
  }
  if ((headers.knownMask & connectionField) !== 0 && !headers.plainConnection) removeNominated(headers);
  headers.deleteAllOf(removed);
}

/**
 * TE says what the sender of a request takes: whoever can pass trailers on may say that they are welcome, and nothing else
 * (RFC 9110 section 10.1.4). Connection has to name it, unless it was judged before.
 */
function wantsTrailers(headers: Headers): boolean {
  const named = (headers.knownMask & connectionField) === 0 || names(headers, "te");
  return named && headers.getTokens("te").includes("trailers");
}

const names = (headers: Headers, option: string): boolean => headers.getTokens("connection").includes(option);

function removeNominated(headers: Headers): void {
  for (const name of headers.getTokens("connection")) {
    if (!kept.has(name)) headers.delete(name);
  }
}

/**
 * Removes from an upstream's response what concerned the connection to it. Upgrade stays where it says what the response is about: in a
 * 101, and in a 426, which has to have it (RFC 9110 section 15.5.22).
 */
export function removeHopByHopOfResponse({ status, headers }: HttpResponse): void {
  // It says what requests take.
  if ((headers.knownMask & teField) !== 0) headers.deleteAllOf(teField);
  removeHopByHop(headers, status === 101 || status === 426);
}

/** RFC 9110 section 7.8. */
const protocol = /^[!#$%&'*+\-.^_`|~0-9a-z]+(?:\/[!#$%&'*+\-.^_`|~0-9a-z]+)?$/;
const httpItself = /^(?:h2c?|http|tls)(?:\/|$)/;

/**
 * Whether an upgrade may be forwarded: to protocols that are called by their names, and none of them another HTTP, such as h2c, nor TLS, which
 * has one in it. That would be a tunnel with requests in it that no route, limit or log sees (h2c smuggling); RFC 9113 section 3.1 has
 * given it up.
 */
export function isUpgradeForwarded(headers: Headers): boolean {
  const protocols = headers.getTokens("upgrade");
  return protocols.length > 0 && protocols.every((name) => protocol.test(name) && !httpItself.test(name));
}
