import type { ConfigPath, ConfigProblem, ValidConfig } from "@monolake/config";
import type { ConfigFile } from "./config-file-schema.ts";
import { upstreamTlsTables } from "./upstream-paths.ts";

/** Settings that are read because the original has them and that change nothing here; worth a line in the log. */
export function settingsWithoutEffect(config: ValidConfig<ConfigFile>): ConfigProblem[] {
  const { runtime, servers } = config.value;
  const keys = ["runtime_type", "entries", "sqpoll_idle", "thread_pool"] as const;
  const paths: ConfigPath[] = keys.filter((key) => runtime[key] !== undefined).map((key) => ["runtime", key]);
  for (const [key, { tls }] of Object.entries(servers)) {
    if (tls?.stack !== undefined) paths.push(["servers", key, "tls", "stack"]);
  }
  return paths.map((path) => config.problemAt(path, `"${path.at(-1)}" has no effect`, "warning"));
}

/** What is allowed and should be known: worth a line in the log at each start, and when a reload brings it. */
export const riskySettings = (config: ValidConfig<ConfigFile>): ConfigProblem[] =>
  Object.entries(config.value.servers).flatMap(([key, server]) =>
    upstreamTlsTables(server)
      .filter(({ tls }) => !tls.verify)
      .map(({ path }) =>
        config.problemAt(
          ["servers", key, ...path, "verify"],
          "the certificate of this upstream is not verified: whoever is on the way can read and change everything",
          "warning",
        ),
      ),
  );
