import { expect } from "vitest";
import { type ProxyConfig, parseProxyConfig } from "../../src/schema/index.ts";

/** The normal form of a configuration in TOML, which has to be a valid one. */
export function configOf(text: string): ProxyConfig {
  const outcome = parseProxyConfig({ text });
  if (outcome.type === "invalid") expect.unreachable(outcome.problems[0]?.message);
  return outcome.config;
}
