import { lstatSync, type Stats, unlinkSync } from "node:fs";
import { createConnection } from "node:net";
import { systemCodeOf } from "./bind-error.ts";
import { ListenAddressInUseError, ListenPathOccupiedError } from "./errors.ts";

/** Which file a path led to: a path may lead to another one later. */
export interface FileIdentity {
  readonly device: bigint;
  readonly inode: bigint;
}

/** The file at `path`, undefined when there is none. */
export function identityOf(path: string): FileIdentity | undefined {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? undefined : { device: stats.dev, inode: stats.ino };
}

/** Removes the file at `path` if it is still that one. */
export function removeIfSame(path: string, file: FileIdentity): void {
  try {
    const found = identityOf(path);
    if (found?.device === file.device && found.inode === file.inode) unlinkSync(path);
  } catch {
    // The directory is gone or closed to us: there is nothing left that we could do.
  }
}

/** @throws {ListenPathOccupiedError} `ERR_LISTEN_PATH_OCCUPIED` when there is something else than a socket. */
export function refuseOtherThanSocket(path: string): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats !== undefined && !stats.isSocket())
    throw new ListenPathOccupiedError({ path, found: kindOf(stats) });
}

/**
 * Removes a socket file on which nobody answers.
 *
 * @throws {ListenAddressInUseError} `ERR_LISTEN_ADDRESS_IN_USE` when somebody does, or when that cannot be found out.
 * @throws {ListenPathOccupiedError} `ERR_LISTEN_PATH_OCCUPIED` when it is no socket.
 */
export async function removeStaleSocket(path: string): Promise<void> {
  refuseOtherThanSocket(path);
  const stale = identityOf(path);
  if (stale === undefined) return;
  const answer = await tryToConnect(path);
  if (answer === "ENOENT") return;
  if (answer !== "ECONNREFUSED") {
    const hint =
      answer === "connected" ? "somebody answers on that path" : `asking who listens there gave ${answer}`;
    throw new ListenAddressInUseError({ address: `unix:${path}`, hint });
  }
  if (stale !== undefined) removeIfSame(path, stale);
}

/** `connected`, or what the system called the failure. */
function tryToConnect(path: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = createConnection({ path });
    socket.once("connect", () => {
      socket.destroy();
      resolve("connected");
    });
    socket.on("error", (error) => resolve(systemCodeOf(error)));
  });
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return "directory";
  if (stats.isSymbolicLink()) return "symbolic link";
  return stats.isFile() ? "regular file" : "file that is no socket";
}
