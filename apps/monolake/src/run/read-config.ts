import type { ConfigProblem, ConfigText, InvalidConfig } from "@monolake/config";
import { type ProxyConfig, parseProxyConfig } from "../schema/index.ts";
import { loadPemFiles } from "./pem-files.ts";
import { unusableFiles } from "./unusable-files.ts";

/** A configuration that the proxy can serve. */
export interface ServableConfig {
  readonly type: "valid";
  /** With the contents of the files that it names. */
  readonly config: ProxyConfig;
  readonly warnings: readonly ConfigProblem[];
  /** Those files: a change of one is a change of the configuration. */
  readonly files: readonly string[];
}

/** One that cannot be served; `files` may be what is wrong with it. */
export interface UnservableConfig extends InvalidConfig {
  readonly files: readonly string[];
}

/** Reads a configuration and, with `read`, the files that it names. */
export async function readConfig(
  { files: texts }: ConfigText,
  read: (file: string) => Promise<string>,
): Promise<ServableConfig | UnservableConfig> {
  const outcome = parseProxyConfig({ files: texts });
  if (outcome.type === "invalid") return { ...outcome, files: [] };
  const { withoutEffect } = outcome;
  const { config, files, missing, unusable, warnings } = await loadPemFiles(outcome, read);
  const problems = [...missing, ...unusable, ...unusableFiles(outcome)];
  if (problems.length > 0) return { type: "invalid", problems, files };
  return { type: "valid", config, warnings: [...outcome.warnings, ...withoutEffect, ...warnings], files };
}
