/**
 * Where the path of a request target ends: at its `?`, or at its end. The path begins at 0, which holds for targets
 * in origin form (RFC 9112 section 3.2.1); a target never carries a fragment, so `#` is not looked for.
 */
export function endOfPath(target: string): number {
  const query = target.indexOf("?");
  return query === -1 ? target.length : query;
}

/** Where the segment that begins at `start` ends: at the next `/` before `end`, or at `end`. */
export function endOfSegment(target: string, start: number, end: number): number {
  let position = start;
  while (position < end && target.charCodeAt(position) !== slash) position += 1;
  return position;
}

const slash = 0x2f;
