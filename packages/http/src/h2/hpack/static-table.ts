/** Names and values of RFC 7541 appendix A, in order; the first is entry 1. */
const entries = [
  ":authority",
  ":method GET",
  ":method POST",
  ":path /",
  ":path /index.html",
  ":scheme http",
  ":scheme https",
  ":status 200",
  ":status 204",
  ":status 206",
  ":status 304",
  ":status 400",
  ":status 404",
  ":status 500",
  "accept-charset",
  "accept-encoding gzip, deflate",
  "accept-language",
  "accept-ranges",
  "accept",
  "access-control-allow-origin",
  "age",
  "allow",
  "authorization",
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-length",
  "content-location",
  "content-range",
  "content-type",
  "cookie",
  "date",
  "etag",
  "expect",
  "expires",
  "from",
  "host",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-range",
  "if-unmodified-since",
  "last-modified",
  "link",
  "location",
  "max-forwards",
  "proxy-authenticate",
  "proxy-authorization",
  "range",
  "referer",
  "refresh",
  "retry-after",
  "server",
  "set-cookie",
  "strict-transport-security",
  "transfer-encoding",
  "user-agent",
  "vary",
  "via",
  "www-authenticate",
];

/** A field of a table, as both sides of a connection have it. */
export interface TableEntry {
  readonly name: string;
  readonly value: string;
  /** RFC 7541 section 4.1. */
  readonly bytes: number;
  /** It may stand in a message (RFC 9113 section 8.2.1). */
  readonly valid: boolean;
}

/** What an entry counts beyond its name and value (RFC 7541 section 4.1, RFC 9113 section 6.5.2). */
export const fieldOverheadBytes = 32;

/** The field of each index of the static table; nobody uses 0. */
export const staticTable: readonly TableEntry[] = ["", ...entries].map((entry) => {
  const space = entry.indexOf(" ");
  const name = space === -1 ? entry : entry.slice(0, space);
  const value = space === -1 ? "" : entry.slice(space + 1);
  return { name, value, bytes: name.length + value.length + fieldOverheadBytes, valid: true };
});

/** The first index of each name. */
export const staticNames: ReadonlyMap<string, number> = new Map(
  staticTable.map(({ name }, index) => [name, index] as const).toReversed(),
);
