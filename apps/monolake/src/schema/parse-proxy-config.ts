import {
  type ConfigLimits,
  type ConfigOutcome,
  type ConfigProblem,
  type InvalidConfig,
  loadConfig,
  type ParseConfigOptions,
  parseConfig,
  type ValidConfig,
} from "@monolake/config";
import { type ConfigFile, createConfigFileSchema } from "./config-file-schema.ts";
import type { RouteCheck } from "./http-server-schema.ts";
import { normalizeConfig } from "./normalize-config.ts";
import type { ProxyConfig } from "./proxy-config.ts";
import { settingsWithoutEffect, type UnsupportedFeature, unsupportedFeatures } from "./setting-notes.ts";

/** A configuration file that fits the schema. */
export interface ValidProxyConfig {
  readonly type: "valid";
  readonly config: ProxyConfig;
  readonly warnings: readonly ConfigProblem[];
  /** Not empty: the proxy must refuse to start with this configuration. */
  readonly unsupported: readonly UnsupportedFeature[];
  /** Read because the original has them; they change nothing here. */
  readonly withoutEffect: readonly ConfigProblem[];
  /** See {@link ValidConfig.problemAt}. */
  readonly problemAt: ValidConfig<unknown>["problemAt"];
}

/** What reading the proxy's configuration gives. */
export type ProxyConfigOutcome = ValidProxyConfig | InvalidConfig;

/** The proxy's own part of reading a configuration. */
interface ProxySchemaOptions {
  /** Finds what is wrong with the patterns of a server's routes: made by `createRouteCheck` from the router in use. */
  readonly checkRoutes: RouteCheck;
}

/** {@link parseConfig} for the proxy's schema. */
export function parseProxyConfig(
  options: Omit<ParseConfigOptions<ConfigFile>, "schema"> & ProxySchemaOptions,
): ProxyConfigOutcome {
  return toProxyConfig(parseConfig({ ...options, schema: createConfigFileSchema(options.checkRoutes) }));
}

/** {@link loadConfig} for the proxy's schema. Throws ERR_CONFIG_READ. */
export async function loadProxyConfig(
  options: { readonly file: string } & Partial<ConfigLimits> & ProxySchemaOptions,
): Promise<ProxyConfigOutcome> {
  return toProxyConfig(await loadConfig({ ...options, schema: createConfigFileSchema(options.checkRoutes) }));
}

function toProxyConfig(outcome: ConfigOutcome<ConfigFile>): ProxyConfigOutcome {
  if (outcome.type === "invalid") return outcome;
  return {
    type: "valid",
    config: normalizeConfig(outcome.value),
    warnings: outcome.warnings,
    unsupported: unsupportedFeatures(outcome),
    withoutEffect: settingsWithoutEffect(outcome),
    problemAt: outcome.problemAt,
  };
}
