import { isDeepStrictEqual } from "node:util";
import type { ListenSpec, ServiceSpec } from "@monolake/core";
import { diffByKey, type KeyedDiff } from "../diff-by-key.ts";

/** What a configuration wants of one site. Two are the same when they are deeply equal. */
export interface Site {
  readonly service: ServiceSpec;
  readonly listen: ListenSpec;
}

/** What a configuration wants: its sites by the name that stays theirs from one configuration to the next. */
export type Sites = ReadonlyMap<string, Site>;

/** A site that was removed and one that was added, with the same listener: the same one by another name. */
export interface RenamedSite {
  readonly from: string;
  readonly to: string;
}

/** What must be done to come from one set of sites to another. Those that were renamed are among the added and removed ones. */
export interface SiteDiff extends KeyedDiff<string, Site> {
  readonly renamed: readonly RenamedSite[];
}

/** Finds out what must be done. */
export function diffSites(previous: Sites, next: Sites): SiteDiff {
  const diff = diffByKey(previous, next);
  const left = new Map(diff.removed.map(({ key, previous: site }) => [key, site]));
  const renamed: RenamedSite[] = [];
  for (const { key: to, next: site } of diff.added) {
    const from = [...left.keys()].find((name) => isDeepStrictEqual(left.get(name)?.listen, site.listen));
    if (from === undefined) continue;
    left.delete(from);
    renamed.push({ from, to });
  }
  return { ...diff, renamed };
}
