/** Every way to cut `bytes` into two parts, the empty ones at both ends included. The parts are views, not copies. */
export function* splitEverywhere(
  bytes: Uint8Array,
): Generator<readonly [head: Uint8Array, tail: Uint8Array]> {
  for (let at = 0; at <= bytes.length; at += 1) yield [bytes.subarray(0, at), bytes.subarray(at)];
}

/** Hands `bytes` to `feed` in parts of `partBytes` (1: byte by byte), one after the other. The parts are views. */
export async function feedSplit(
  bytes: Uint8Array,
  partBytes: number,
  feed: (part: Uint8Array) => unknown,
): Promise<void> {
  if (!(partBytes >= 1)) throw new RangeError(`a part has at least 1 byte, not ${partBytes}`);
  for (let at = 0; at < bytes.length; at += partBytes) await feed(bytes.subarray(at, at + partBytes));
}
