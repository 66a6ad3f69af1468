const longest = 64;

/**
 * What was probably meant by `given`: the candidate with the same letters, the nearest by typing mistakes (about one
 * in three letters), or the only one that contains it.
 */
export function suggest(given: string, candidates: readonly string[]): string | undefined {
  if (given.length === 0 || given.length > longest) return undefined;
  const same = candidates.find((candidate) => letters(candidate) === letters(given));
  if (same !== undefined) return same;
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(given.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - given.length) >= bestDistance) continue;
    const distance = typingDistance(given, candidate);
    if (distance < bestDistance && distance < candidate.length) [best, bestDistance] = [candidate, distance];
  }
  if (best !== undefined || given.length < 4) return best;
  const containing = candidates.filter((candidate) => candidate.includes(given));
  return containing.length === 1 ? containing[0] : undefined;
}

const letters = (key: string): string => key.toLowerCase().replaceAll(/[-_ ]/g, "");

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function typingDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1;
      let distance = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + cost,
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        distance = Math.min(distance, (beforePrevious[column - 2] ?? 0) + 1);
      }
      current.push(distance);
    }
    [beforePrevious, previous] = [previous, current];
  }
  return previous[b.length] ?? 0;
}
