import { accessSync, constants } from "node:fs";
import { dirname } from "node:path";
import type { ConfigPath, ConfigProblem } from "@monolake/config";
import type { HttpServerConfig, ValidProxyConfig } from "../schema/index.ts";
import { shownFile } from "./shown-file.ts";

/** A file that a server needs, or the folder of one that it writes. */
interface NamedFile {
  readonly path: ConfigPath;
  readonly file: string;
  readonly folder?: true;
}

/** A warning for each file that cannot be read from here, and each folder that is not there, as for certificates. */
export const missingFiles = (outcome: ValidProxyConfig): ConfigProblem[] =>
  outcome.config.servers.flatMap((server) =>
    (server.type === "http" ? filesOf(server) : []).flatMap(({ path, file, folder }) => {
      const name = shownFile(file);
      const problem = problemOf(file, folder === true ? constants.W_OK : constants.R_OK);
      if (problem === undefined) return [];
      const what = folder === true ? `cannot write into the folder ${name}` : `cannot read the file ${name}`;
      return [outcome.problemAt(["servers", server.key, ...path], `${what}: ${problem}`, "warning")];
    }),
  );

function filesOf({ routes, accessLog }: HttpServerConfig): NamedFile[] {
  const files = routes.flatMap(({ answer, module }, index): NamedFile[] => {
    if (module !== undefined) return [{ path: ["routes", index, "module"], file: module }];
    if (answer?.type !== "respond" || answer.file === undefined) return [];
    return [{ path: ["routes", index, "respond", "file"], file: answer.file }];
  });
  if (accessLog !== undefined && accessLog.path !== "stdout")
    files.push({ path: ["access_log", "path"], file: dirname(accessLog.path), folder: true });
  return files;
}

function problemOf(file: string, mode: number): string | undefined {
  try {
    accessSync(file, mode);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? "it does not exist" : "this user has no right to it";
  }
}
