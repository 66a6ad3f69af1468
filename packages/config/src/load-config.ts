import type { ConfigFormat } from "./format.ts";
import { type ConfigOutcome, type ParseConfigOptions, parseConfig } from "./parse-config.ts";
import { type ConfigLimits, resolveLimits } from "./parser-limits.ts";
import { readConfigFile } from "./read-config-file.ts";
import type { ConfigSchema } from "./schema-problems.ts";

/** How to read a configuration file. */
export interface LoadConfigOptions<Value> extends Partial<ConfigLimits> {
  /** A path; relative ones start from the working directory. */
  readonly file: string;
  /** Default: YAML for a file called `.yaml` or `.yml`; JSON for `.json`, or a text that begins with `{`; else TOML. */
  readonly format?: ConfigFormat;
  readonly schema: ConfigSchema<Value>;
  /** See {@link ParseConfigOptions.references}. Default false. */
  readonly references?: boolean;
}

/**
 * Reads a configuration file and checks it against a schema: {@link parseConfig} for a file. A file that is wrong is an
 * outcome; one that cannot be read is thrown as {@link ConfigReadError} (ERR_CONFIG_READ).
 */
export async function loadConfig<Value>(options: LoadConfigOptions<Value>): Promise<ConfigOutcome<Value>> {
  const { files } = await readConfigFile(options.file, resolveLimits(options).maxBytes);
  return parseConfig({ ...options, files });
}
