import { accessSync, constants } from "node:fs";
import { resolve } from "node:path";
import type { ConfigProblem } from "@monolake/config";
import type { ServerConfig, ValidProxyConfig } from "../schema/index.ts";

/**
 * A warning for each certificate or key that cannot be read from here. No more than that: a file may be checked on
 * another machine than the one that serves it.
 */
export const missingCertificateFiles = (outcome: ValidProxyConfig): ConfigProblem[] =>
  outcome.config.servers.flatMap((server) =>
    filesOf(server)
      .filter(({ file }) => !isReadable(file))
      .map(({ key, file }) => {
        const message = `cannot read the file "${resolve(file)}"`;
        return outcome.problemAt(["servers", server.key, "tls", key], message, "warning");
      }),
  );

function filesOf({ tls }: ServerConfig) {
  if (tls === undefined) return [];
  return [
    { key: "chain", file: tls.chain },
    { key: "key", file: tls.key },
  ];
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
