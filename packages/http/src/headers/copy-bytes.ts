/** Shorter runs are copied byte by byte: a call into the runtime costs more than that. */
const longestByHand = 32;

/** Copies `from` between `start` and `end` to `into` from `at` on; where the next byte goes. */
export function copyBytes(from: Buffer, start: number, end: number, into: Buffer, at: number): number {
  const length = end - start;
  if (length > longestByHand) return at + from.copy(into, at, start, end);
  for (let index = 0; index < length; index++) into[at + index] = from[start + index] as number;
  return at + length;
}
