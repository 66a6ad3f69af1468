import { closeSync, constants, openSync, type Stats, statSync } from "node:fs";
import type { ConfigProblem } from "@monolake/config";
import type { ValidProxyConfig } from "../schema/index.ts";
import { namedFiles } from "./missing-files.ts";
import { shownFile } from "./shown-file.ts";

/**
 * A problem for each file of a server that is there and is none: a directory, or a pipe or a device, which a worker would wait for
 * without an end. Those that are not there are for whoever needs them to tell.
 */
export const unusableFiles = ({ config, problemAt }: ValidProxyConfig): ConfigProblem[] =>
  config.servers.flatMap((server) =>
    namedFiles(server).flatMap(({ path, file, written }) => {
      const reason = written === true ? reasonNotToWrite(file) : reasonNotToRead(file);
      if (reason === undefined) return [];
      const verb = written === true ? "write" : "read";
      return [
        problemAt(["servers", server.key, ...path], `cannot ${verb} the file ${shownFile(file)}: ${reason}`),
      ];
    }),
  );

function reasonNotToRead(file: string): string | undefined {
  const found = statOf(file);
  if (found === undefined || found.isFile()) return undefined;
  return found.isDirectory() ? "it is a directory" : "it is no regular file";
}

function reasonNotToWrite(file: string): string | undefined {
  const found = statOf(file);
  if (found?.isDirectory() === true) return "it is a directory";
  return found?.isFIFO() === true && !isRead(file) ? "it is a pipe that nobody reads" : undefined;
}

function isRead(pipe: string): boolean {
  try {
    closeSync(openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK));
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ENXIO";
  }
}

function statOf(file: string): Stats | undefined {
  try {
    return statSync(file);
  } catch {
    return undefined;
  }
}
