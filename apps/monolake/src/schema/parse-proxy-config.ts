import {
  type ConfigInput,
  type ConfigProblem,
  type InvalidConfig,
  parseConfig,
  type ValidConfig,
} from "@monolake/config";
import { type ConfigFile, configFileSchema } from "./config-file-schema.ts";
import { normalizeConfig } from "./normalize-config.ts";
import { type PemUse, pemUses } from "./pem-uses.ts";
import type { ProxyConfig } from "./proxy-config.ts";
import { doubtfulRoutes } from "./route-notes.ts";
import { riskySettings, settingsWithoutEffect } from "./setting-notes.ts";

/** A configuration that fits the schema. */
export interface ValidProxyConfig {
  readonly type: "valid";
  readonly config: ProxyConfig;
  /** The same with the keys as they are written, and with defaults. */
  readonly file: ConfigFile;
  readonly warnings: readonly ConfigProblem[];
  /** Read because the original has them; they change nothing here. */
  readonly withoutEffect: readonly ConfigProblem[];
  /** The PEM files that it names; whether they are good is not looked at here. */
  readonly pemUses: readonly PemUse[];
  /** See {@link ValidConfig.problemAt}. */
  readonly problemAt: ValidConfig<unknown>["problemAt"];
  /** See {@link ValidConfig.conceal}. */
  readonly conceal: ValidConfig<unknown>["conceal"];
}

/** {@link parseConfig} for the proxy's schema. */
export function parseProxyConfig(input: ConfigInput): ValidProxyConfig | InvalidConfig {
  const outcome = parseConfig({ ...input, schema: configFileSchema, references: true });
  if (outcome.type === "invalid") return outcome;
  return {
    type: "valid",
    config: normalizeConfig(outcome.value),
    file: outcome.value,
    warnings: [
      ...outcome.warnings,
      ...noServers(outcome),
      ...riskySettings(outcome),
      ...doubtfulRoutes(outcome),
    ],
    withoutEffect: settingsWithoutEffect(outcome),
    pemUses: pemUses(outcome.value),
    problemAt: outcome.problemAt,
    conceal: outcome.conceal,
  };
}

/** An empty table is what is left when somebody takes the last server away: allowed, and hardly what was meant at a start. */
const noServers = (outcome: ValidConfig<ConfigFile>): ConfigProblem[] =>
  Object.keys(outcome.value.servers).length > 0
    ? []
    : [outcome.problemAt(["servers"], "there is no server: nothing will be served", "warning")];
