import type { ConfigReadError } from "./errors.ts";

/** One file of a configuration. */
export interface ConfigFileText {
  readonly text: string;
  /** The name that problems carry. */
  readonly file: string;
}

/** A configuration as it was read, before anyone looked at what it says. */
export interface ConfigText {
  /** One file, or those of a folder in the order of their names. */
  readonly files: readonly [ConfigFileText, ...ConfigFileText[]];
  /** Differs when a text or a name differs: a hash of the bytes. */
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
   * that once and is watched further; when it can be read again it gives what it has, also where that is the same text. Ends, without an error, when the signal aborts.
   */
  readonly watch: (signal: AbortSignal) => AsyncIterable<ConfigChange>;
}
