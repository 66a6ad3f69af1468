const percent = 0x25;
const dot = 0x2e;
const slash = 0x2f;
const backslash = 0x5c;

/**
 * Whether a target is in the normal form of RFC 3986 section 6.2.2 at first sight, as nearly all are: nothing is encoded, no segment begins
 * with a dot, and there is no backslash, which some take for a slash.
 */
export function isNormalTarget(bytes: Uint8Array, start: number, end: number): boolean {
  let before = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === percent || byte === backslash || (byte === dot && before === slash)) return false;
    before = byte;
  }
  return true;
}
