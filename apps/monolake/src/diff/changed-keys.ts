import { isDeepStrictEqual } from "node:util";
import type { ConfigPath } from "@monolake/config";
import { pairItems } from "./pair-items.ts";

/** One key that two configurations do not have alike. */
export type KeyChange =
  | { readonly type: "changed"; readonly path: ConfigPath; readonly before: unknown; readonly after: unknown }
  | { readonly type: "added"; readonly path: ConfigPath; readonly after: unknown }
  /** An index in the path is that of the old list. */
  | { readonly type: "removed"; readonly path: ConfigPath; readonly before: unknown }
  /** The same entries, in another order. */
  | { readonly type: "reordered"; readonly path: ConfigPath };

/**
 * The keys in which two values differ, as far down as they can be told apart. Entries of lists are compared with those that
 * they came from, wherever they stand now: a route more does not change the routes behind it.
 */
export function changedKeys(before: unknown, after: unknown, path: ConfigPath = []): KeyChange[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (before === undefined) return [{ type: "added", path, after }];
  if (after === undefined) return [{ type: "removed", path, before }];
  if (isList(before) && isList(after)) return changedItems(before, after, path);
  if (isTable(before) && isTable(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => changedKeys(before[key], after[key], [...path, key]));
  }
  return [{ type: "changed", path, before, after }];
}

function changedItems(before: readonly Table[], after: readonly Table[], path: ConfigPath): KeyChange[] {
  const { pairs, added, removed } = pairItems(before, after);
  const changes = pairs.flatMap(({ from, to }) => changedKeys(before[from], after[to], [...path, to]));
  const isSorted = pairs.every(({ from }, index) => index === 0 || (pairs[index - 1]?.from ?? 0) < from);
  return [
    ...changes,
    ...removed.map(
      (index): KeyChange => ({ type: "removed", path: [...path, index], before: before[index] }),
    ),
    ...added.map((index): KeyChange => ({ type: "added", path: [...path, index], after: after[index] })),
    ...(isSorted ? [] : [{ type: "reordered", path } as const]),
  ];
}

/** A table of a configuration. */
export type Table = Readonly<Record<string, unknown>>;

const isTable = (value: unknown): value is Table =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Lists of plain values are compared as a whole. */
const isList = (value: unknown): value is readonly Table[] => Array.isArray(value) && value.every(isTable);
