import type { ConfigPath, ConfigProblem, ValidConfig } from "@monolake/config";
import type { ConfigFile, ServerTable } from "./config-file-schema.ts";
import { upstreamTlsTables } from "./upstream-paths.ts";

/** A valid setting that the proxy cannot serve yet: it must refuse to start. */
export interface UnsupportedFeature extends ConfigProblem {
  /** For people: `HTTP/2 to upstreams`. */
  readonly feature: string;
}

/** What a file asks for and this version cannot do, in the order of the file. Empty for a file that can be served. */
export function unsupportedFeatures(config: ValidConfig<ConfigFile>): UnsupportedFeature[] {
  return Object.entries(config.value.servers)
    .flatMap(([key, server]) =>
      unsupportedIn(server).map(({ feature, path }) => ({ feature, path: ["servers", key, ...path] })),
    )
    .map(({ feature, path }) => ({ ...config.problemAt(path, `${feature}: ${notBuiltYet}`), feature }))
    .toSorted((a, b) => a.position.offset - b.position.offset);
}

const notBuiltYet = "valid, but not built yet in this version";

interface Unsupported {
  readonly feature: string;
  readonly path: ConfigPath;
}

function unsupportedIn(server: ServerTable): Unsupported[] {
  if (server.proxy_type !== "http") return [];
  const http2: Unsupported = { feature: "HTTP/2 to upstreams", path: ["upstream_http_version"] };
  return [...(server.upstream_http_version === "http2" ? [http2] : [])];
}

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

/** What is allowed and should be known: worth a line in the log at each start and reload. */
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
