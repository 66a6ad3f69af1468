import type { ConfigProblem, ConfigText, InvalidConfig } from "@monolake/config";
import { type ProxyConfig, parseProxyConfig } from "../schema/index.ts";

/** A configuration that the proxy can serve. */
export interface ServableConfig {
  readonly type: "valid";
  readonly config: ProxyConfig;
  readonly warnings: readonly ConfigProblem[];
}

/** Reads a configuration. One that asks for what is not built yet is not valid, for all that the proxy can do with it. */
export function readConfig({ text, file }: ConfigText): ServableConfig | InvalidConfig {
  const outcome = parseProxyConfig({ text, file });
  if (outcome.type === "invalid") return outcome;
  const { config, unsupported, warnings, withoutEffect } = outcome;
  if (unsupported.length > 0) return { type: "invalid", problems: unsupported };
  return { type: "valid", config, warnings: [...warnings, ...withoutEffect] };
}
