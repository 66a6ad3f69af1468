import { lstatSync, type Stats, unlinkSync } from "node:fs";
import { createConnection } from "node:net";
import { systemCodeOf } from "./bind-error.ts";
import { ListenAddressInUseError, ListenPathOccupiedError } from "./errors.ts";

/** Which file a path led to: a path may lead to another one later. */
export interface FileIdentity {
  readonly device: bigint;
  readonly inode: bigint;
  /** File systems give the number of a file that was removed to the next one that is made; 0 where they do not say. */
  readonly bornNs: bigint;
}

/** The file at `path`, undefined when there is none. */
export function identityOf(path: string): FileIdentity | undefined {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  return { device: stats.dev, inode: stats.ino, bornNs: stats.birthtimeNs };
}

/** Removes the file at `path` if it is still that one. */
export function removeIfSame(path: string, file: FileIdentity): void {
  try {
    if (isSame(identityOf(path), file)) unlinkSync(path);
  } catch {
    // The directory is gone or closed to us: there is nothing left that we could do.
  }
}

const isSame = (found: FileIdentity | undefined, { device, inode, bornNs }: FileIdentity): boolean =>
  found?.device === device && found.inode === inode && found.bornNs === bornNs;

/** @throws {ListenPathOccupiedError} `ERR_LISTEN_PATH_OCCUPIED` when there is something else than a socket. */
export function refuseOtherThanSocket(path: string): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats !== undefined && !stats.isSocket())
    throw new ListenPathOccupiedError({ path, found: kindOf(stats) });
}

/**
 * Removes a socket file on which nobody answers, if it is still the one that the path led to before: a socket does not answer, either,
 * between being bound and listening.
 *
 * @throws {ListenAddressInUseError} `ERR_LISTEN_ADDRESS_IN_USE` when somebody does, or when that cannot be found out.
 * @throws {ListenPathOccupiedError} `ERR_LISTEN_PATH_OCCUPIED` when it is no socket.
 */
export async function removeStaleSocket(path: string, stale: FileIdentity | undefined): Promise<void> {
  refuseOtherThanSocket(path);
  // Whoever has put another one there is not asked: it would be a connection that says nothing.
  if (stale === undefined || !isSame(identityOf(path), stale)) return;
  const answer = await tryToConnect(path);
  if (answer === "ENOENT") return;
  if (answer !== "ECONNREFUSED") {
    const hint =
      answer === "connected" ? "somebody answers on that path" : `asking who listens there gave ${answer}`;
    throw new ListenAddressInUseError({ address: `unix:${path}`, hint });
  }
  removeIfSame(path, stale);
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
