import { accessSync, constants } from "node:fs";
import { resolve } from "node:path";
import type { ConfigProblem } from "@monolake/config";
import type { ValidProxyConfig } from "../schema/index.ts";

/** A warning for each file of a route's answer that cannot be read from here, as for certificates. */
export const missingAnswerFiles = (outcome: ValidProxyConfig): ConfigProblem[] =>
  outcome.config.servers.flatMap((server) => {
    if (server.type !== "http") return [];
    return server.routes.flatMap(({ answer }, index) => {
      if (answer?.type !== "respond" || answer.file === undefined || isReadable(answer.file)) return [];
      const path = ["servers", server.key, "routes", index, "respond", "file"];
      return [outcome.problemAt(path, `cannot read the file "${resolve(answer.file)}"`, "warning")];
    });
  });

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
