/**
 * Header fields that are recognised while a head is scanned, so that asking for one of them, or for any of a set, is a
 * test of bits. The judged ones come first: scanning a head has to look at their values.
 */
const names = [
  "host",
  "content-length",
  "transfer-encoding",
  "connection",
  "upgrade",
  "expect",
  "keep-alive",
  "te",
  "trailer",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authorization",
  "via",
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-proto",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-prefix",
  "x-request-id",
  "x-real-ip",
  "date",
  "content-type",
  "content-encoding",
  "accept-encoding",
  "cookie",
  "authorization",
  "traceparent",
  "http2-settings",
  "max-forwards",
] as const;

/** The name of a field that has a bit of its own in {@link knownFields}; lower case. */
export type KnownFieldName = (typeof names)[number];

/** Ids of the judged fields: 1 to {@link lastJudgedId}. Id 0 stands for every field that is not known. */
export const hostId = 1;
export const contentLengthId = 2;
export const transferEncodingId = 3;
export const connectionId = 4;
export const upgradeId = 5;
export const expectId = 6;
export const lastJudgedId = 6;

const ids: ReadonlyMap<string, number> = new Map(names.map((name, index) => [name, index + 1]));

/** The two spellings in use, so that asking for a field by one of them needs no other string. */
const idsBySpelling: ReadonlyMap<string, number> = new Map(
  [...ids].flatMap(([name, id]) => [
    [name, id] as const,
    [name.replace(/(?<=^|-)[a-z]/g, (letter) => letter.toUpperCase()), id] as const,
  ]),
);

/** Longest name in the table. */
const longestName = names.reduce((longest, name) => Math.max(longest, name.length), 0);

/** Where a name of this length and with these bytes would be in the tables below: no two names share a place. */
const slotOf = (length: number, first: number, beforeLast: number, last: number): number =>
  (length + first + 2 * beforeLast + 17 * last) & 127;

export const slotIds: Uint8Array = new Uint8Array(128);
/** The lower-case bytes of the name with the id i start at i * 32, its length is at i * 32 + 31. */
export const nameBytes: Uint8Array = new Uint8Array((names.length + 1) * 32);

for (const [name, id] of ids) {
  const last = name.length - 1;
  const slot = slotOf(name.length, name.charCodeAt(0), name.charCodeAt(last - 1), name.charCodeAt(last));
  if (slotIds[slot] !== 0) throw new Error(`two known header fields share the place of ${name}`);
  slotIds[slot] = id;
  for (let at = 0; at < name.length; at++) nameBytes[id * 32 + at] = name.charCodeAt(at);
  nameBytes[id * 32 + 31] = name.length;
}

/** The id of the field whose name, a token, is in `bytes` from `start` on; 0 when it is not a known one. */
export function knownFieldIdAt(bytes: Uint8Array, start: number, length: number): number {
  const first = (bytes[start] as number) | 0x20;
  const last = (bytes[start + length - 1] as number) | 0x20;
  const beforeLast = (bytes[start + length - 2] as number) | 0x20;
  const id = slotIds[slotOf(length, first, beforeLast, last)] as number;
  if (id === 0) return 0;
  const known = id << 5;
  if (nameBytes[known + 31] !== length) return 0;
  // Setting bit 5 lowers a letter and keeps "-"; no other token byte becomes one of a known name.
  for (let at = 0; at < length; at++) {
    if (((bytes[start + at] as number) | 0x20) !== nameBytes[known + at]) return 0;
  }
  return id;
}

/** The id of a field by its name in any case; 0 when it is not a known one. */
export function knownFieldId(name: string): number {
  const id = idsBySpelling.get(name);
  if (id !== undefined) return id;
  return name.length > longestName ? 0 : (ids.get(name.toLowerCase()) ?? 0);
}

/**
 * The bits of these fields, to be tested against {@link Headers.knownMask} and given to {@link Headers.deleteAllOf}.
 *
 * ```ts
 * const perConnection = knownFields("connection", "keep-alive", "te", "upgrade");
 * if ((headers.knownMask & perConnection) !== 0) headers.deleteAllOf(perConnection);
 * ```
 */
export function knownFields(...fields: readonly KnownFieldName[]): number {
  let mask = 0;
  for (const field of fields) mask |= 1 << (ids.get(field) as number);
  return mask;
}
