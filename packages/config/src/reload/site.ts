import type { ListenSpec, ServiceSpec } from "@monolake/core";
import type { KeyedDiff } from "../diff-by-key.ts";

/** What a configuration wants of one site. Two are the same when they are deeply equal. */
export interface Site {
  readonly service: ServiceSpec;
  readonly listen: ListenSpec;
}

/** What a configuration wants: its sites by the name that stays theirs from one configuration to the next. */
export type Sites = ReadonlyMap<string, Site>;

/** What must be done to come from one set of sites to another. */
export type SiteDiff = KeyedDiff<string, Site>;
