import type { ConfigReadError } from "./errors.ts";

/** A configuration as it was read, before anyone looked at what it says. */
export interface ConfigText {
  readonly text: string;
  /** The name that problems carry. */
  readonly file: string;
  /** Differs when the text differs: a hash of the bytes. */
  readonly revision: string;
}

/** What a watched source saw: another text, or that it cannot be read now. */
export type ConfigChange =
  | { readonly type: "changed"; readonly config: ConfigText }
  | { readonly type: "unreadable"; readonly error: ConfigReadError };

/** Where a configuration comes from. A file is one ({@link createFileSource}); a custom gateway may bring its own. */
export interface ConfigSource {
  /** Reads the configuration now. Throws {@link ConfigReadError} (ERR_CONFIG_READ). */
  readonly load: () => Promise<ConfigText>;
  /**
   * Every text that differs from the one before, first from what `load` gave last. A source that cannot be read gives
   * that once and is watched further. Ends, without an error, when the signal aborts.
   */
  readonly watch: (signal: AbortSignal) => AsyncIterable<ConfigChange>;
}
