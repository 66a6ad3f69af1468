import { isDeepStrictEqual } from "node:util";
import type { Table } from "./changed-keys.ts";
import { nameOf } from "./item-name.ts";

/** Which entries of two lists are the same one, by their indices. */
export interface PairedItems {
  /** In the order of the new list. */
  readonly pairs: readonly { readonly from: number; readonly to: number }[];
  readonly added: readonly number[];
  readonly removed: readonly number[];
}

/**
 * Entries that are equal are the same one, then those with the same name, such as a route's path; as many as are left on
 * either side are the same in their order, and otherwise come and go.
 */
export function pairItems(before: readonly Table[], after: readonly Table[]): PairedItems {
  const fromOf = new Map<number, number>();
  const left = new Set(before.keys());
  const pair = (isSame: (from: number, to: number) => boolean) => {
    for (const to of after.keys()) {
      const from = fromOf.has(to) ? undefined : [...left].find((index) => isSame(index, to));
      if (from === undefined) continue;
      fromOf.set(to, from);
      left.delete(from);
    }
  };
  pair((from, to) => isDeepStrictEqual(before[from], after[to]));
  pair((from, to) => sameName(before[from], after[to]));
  if (after.length - fromOf.size === left.size) pair(() => true);
  const pairs = [...fromOf].map(([to, from]) => ({ from, to })).sort((a, b) => a.to - b.to);
  const added = [...after.keys()].filter((to) => !fromOf.has(to));
  return { pairs, added, removed: [...left] };
}

function sameName(before: Table | undefined, after: Table | undefined): boolean {
  const name = before && nameOf(before);
  return name !== undefined && after !== undefined && name === nameOf(after);
}
