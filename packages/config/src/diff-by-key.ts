import { isDeepStrictEqual } from "node:util";

/** What became of each key between two versions, in the order of the newer one (removed ones in that of the older). */
export interface KeyedDiff<Key, Value> {
  readonly added: readonly { readonly key: Key; readonly next: Value }[];
  readonly removed: readonly { readonly key: Key; readonly previous: Value }[];
  readonly changed: readonly { readonly key: Key; readonly previous: Value; readonly next: Value }[];
  readonly unchanged: readonly { readonly key: Key; readonly next: Value }[];
}

/**
 * Compares two keyed versions of a configuration, for instance the servers before and after a reload, so that only
 * what changed has to be touched. Takes maps or lists of pairs (`Object.entries`); values are compared deeply.
 */
export function diffByKey<Key, Value>(
  previous: Iterable<readonly [Key, Value]>,
  next: Iterable<readonly [Key, Value]>,
): KeyedDiff<Key, Value> {
  const before = new Map(previous);
  const after = new Map(next);
  const diff = {
    added: [] as { key: Key; next: Value }[],
    removed: [] as { key: Key; previous: Value }[],
    changed: [] as { key: Key; previous: Value; next: Value }[],
    unchanged: [] as { key: Key; next: Value }[],
  };
  for (const [key, value] of after) {
    const old = before.get(key) as Value;
    if (!before.has(key)) diff.added.push({ key, next: value });
    else if (isDeepStrictEqual(old, value)) diff.unchanged.push({ key, next: value });
    else diff.changed.push({ key, previous: old, next: value });
  }
  for (const [key, value] of before) if (!after.has(key)) diff.removed.push({ key, previous: value });
  return diff;
}
