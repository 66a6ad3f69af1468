/** Random numbers that are the same in every run: a 32-bit xorshift generator. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

/** How often each item came in so many draws. */
export function countDraws<Item>(draw: () => Item, times: number): Map<Item, number> {
  const counts = new Map<Item, number>();
  for (let index = 0; index < times; index += 1) {
    const item = draw();
    counts.set(item, (counts.get(item) ?? 0) + 1);
  }
  return counts;
}

/** The chi-square statistic of counts against shares that add up to 1: large when the counts do not follow them. */
export function chiSquare<Item>(
  counts: ReadonlyMap<Item, number>,
  shares: ReadonlyMap<Item, number>,
): number {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  let sum = 0;
  for (const [item, share] of shares) sum += ((counts.get(item) ?? 0) - share * total) ** 2 / (share * total);
  return sum;
}
