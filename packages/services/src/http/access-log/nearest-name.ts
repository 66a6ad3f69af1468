/** As `suggest` of @monolake/config, which services may not import. The candidate that is the fewest typing mistakes away from `given`: at most a third of its letters. */
export function nearestName(given: string, candidates: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  let least = Math.max(1, Math.floor(given.length / 3)) + 1;
  // Nobody mistypes a longer name, and comparing takes the product of both lengths.
  if (given.length > 64) return undefined;
  for (const candidate of candidates) {
    const mistakes = typingMistakes(given.toLowerCase(), candidate);
    if (mistakes < least) [nearest, least] = [candidate, mistakes];
  }
  return nearest;
}

/** Letters to insert, delete or replace to make one of the other (Levenshtein distance). */
function typingMistakes(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}
