import { accessSync, constants } from "node:fs";
import { dirname } from "node:path";
import { type ConfigPath, type ConfigProblem, fileReason } from "@monolake/config";
import type { ServerConfig, ValidProxyConfig } from "../schema/index.ts";
import { shownFile } from "./shown-file.ts";

/** A file that a server reads, or writes. */
interface NamedFile {
  readonly path: ConfigPath;
  readonly file: string;
  readonly written?: true;
}

/** A warning for each file that cannot be read from here, and each folder that is not there, as for certificates. */
export const missingFiles = (outcome: ValidProxyConfig): ConfigProblem[] =>
  outcome.config.servers.flatMap((server) =>
    namedFiles(server).flatMap(({ path, file, written }) => {
      const needed = written === true ? dirname(file) : file;
      const name = shownFile(needed);
      const problem = problemOf(needed, written === true ? constants.W_OK : constants.R_OK);
      if (problem === undefined) return [];
      const what = written === true ? `cannot write into the folder ${name}` : `cannot read the file ${name}`;
      return [outcome.problemAt(["servers", server.key, ...path], `${what}: ${problem}`, "warning")];
    }),
  );

/** Of routes and the access log. */
export function namedFiles(server: ServerConfig): NamedFile[] {
  if (server.type !== "http") return [];
  const { routes, accessLog } = server;
  const files = routes.flatMap(({ answer, module }, index): NamedFile[] => {
    if (module !== undefined) return [{ path: ["routes", index, "module"], file: module }];
    if (answer?.type !== "respond" || answer.file === undefined) return [];
    return [{ path: ["routes", index, "respond", "file"], file: answer.file }];
  });
  if (accessLog !== undefined && accessLog.path !== "stdout")
    files.push({ path: ["access_log", "path"], file: accessLog.path, written: true });
  return files;
}

function problemOf(file: string, mode: number): string | undefined {
  try {
    accessSync(file, mode);
    return undefined;
  } catch (error) {
    return fileReason(error);
  }
}
