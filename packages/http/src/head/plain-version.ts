/** The minor version when `HTTP/1.0` or `HTTP/1.1` stands at `at`, else -1. */
export function minorVersionAt(bytes: Uint8Array, at: number): 0 | 1 | -1 {
  const isHttp1 =
    bytes[at] === 0x48 &&
    bytes[at + 1] === 0x54 &&
    bytes[at + 2] === 0x54 &&
    bytes[at + 3] === 0x50 &&
    bytes[at + 4] === 0x2f &&
    bytes[at + 5] === 0x31 &&
    bytes[at + 6] === 0x2e;
  if (!isHttp1) return -1;
  const minor = bytes[at + 7];
  return minor === 0x31 ? 1 : minor === 0x30 ? 0 : -1;
}
