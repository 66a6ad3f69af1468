import { type Headers, knownFields } from "@monolake/http";

/** Fields that concern one connection only (RFC 9110 section 7.6.1), and those that older software treats so. */
const hopByHop = knownFields(
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "transfer-encoding",
  "upgrade",
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
  return named && headers.getList("te").some((coding) => coding.toLowerCase() === "trailers");
}

const names = (headers: Headers, option: string): boolean =>
  headers.getList("connection").some((name) => name.toLowerCase() === option);

function removeNominated(headers: Headers): void {
  for (const name of headers.getList("connection")) {
    if (!kept.has(name.toLowerCase())) headers.delete(name);
  }
}

/**
 * Whether an upgrade is asked for to another HTTP, such as h2c. Forwarded, it would be a tunnel with requests in it that
 * no route, limit or log sees (h2c smuggling); RFC 9113 section 3.1 has given it up.
 */
export const upgradesToHttp = (headers: Headers): boolean =>
  headers.getList("upgrade").some((protocol) => /^(?:h2c?|http)(?:\/|$)/i.test(protocol));
