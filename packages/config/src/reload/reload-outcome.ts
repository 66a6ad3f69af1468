import type { RenamedSite } from "./site.ts";

/** What became of one reload. */
export type ReloadOutcome =
  /** All workers serve the new configuration. */
  | {
      readonly type: "applied";
      /** Counts the applied configurations, from 1. */
      readonly version: number;
      /** Names of sites, in the order of the configuration. */
      readonly added: readonly string[];
      readonly changed: readonly string[];
      readonly removed: readonly string[];
      readonly unchanged: readonly string[];
      /** Those of `added` and `removed` that are the same site by another name: its state was kept. */
      readonly renamed: readonly RenamedSite[];
    }
  /** It says what is being served already. */
  | { readonly type: "unchanged"; readonly version: number }
  /**
   * The last good configuration serves on: `ERR_CONFIG_READ`, `ERR_CONFIG_INVALID` (with the problems),
   * `ERR_RELOAD_FAILED`, `ERR_RELOADER_CLOSED`, or what the `read` of the options threw.
   */
  | { readonly type: "refused"; readonly error: Error };
