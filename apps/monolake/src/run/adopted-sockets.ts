import { closeSync, readlinkSync } from "node:fs";
import { type InheritedSocket, inheritedSocketsVariable, parseInheritedSockets } from "@monolake/listener";
import { formatAddress } from "@monolake/streams";
import type { ProxyConfig } from "../schema/index.ts";
import { CommandFailure } from "./command-failure.ts";
import { listeningSockets } from "./listening-sockets.ts";

/** Where systemd begins to count the descriptors that it hands over. */
const firstActivatedDescriptor = 3;

/** Sockets that this process was given when it started: by its predecessor, or by a service manager. */
export interface AdoptedSockets {
  readonly sockets: readonly InheritedSocket[];
  /** The service manager keeps its own hold of them, so that they outlive any process. */
  readonly activated: boolean;
}

/** Finds out, and lets the workers know by the environment that they get. */
export function adoptSockets(environment: NodeJS.ProcessEnv): AdoptedSockets {
  const activated = environment["LISTEN_PID"] === String(process.pid);
  if (activated) {
    const end = firstActivatedDescriptor + Number(environment["LISTEN_FDS"] ?? 0);
    const sockets = listeningSockets().filter(({ fd }) => fd >= firstActivatedDescriptor && fd < end);
    environment[inheritedSocketsVariable] = JSON.stringify(sockets);
  }
  for (const name of ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"]) delete environment[name];
  return { sockets: parseInheritedSockets(environment[inheritedSocketsVariable]), activated };
}

/** A socket of the service manager has one descriptor, which threads cannot share: one that ends would close it for all. */
export function refuseActivatedThreads(
  { activated, sockets }: AdoptedSockets,
  { runtime }: ProxyConfig,
): void {
  if (activated && sockets.length > 0 && runtime.workerType === "threads")
    throw new CommandFailure('socket activation needs runtime.worker_type = "processes"');
}

/** Closes those that no worker takes: nobody would ever accept what the kernel queues for them. Gives their number. */
export function closeUnusedSockets(
  { sockets }: AdoptedSockets,
  config: ProxyConfig,
  workers: number,
): number {
  const wanted = new Set(config.servers.map(({ listener }) => formatAddress(listener)));
  const each = config.runtime.workerType === "processes" ? 1 : workers;
  const seen = new Map<string, number>();
  let closed = 0;
  for (const { address, fd, inode } of sockets) {
    const index = seen.get(address) ?? 0;
    seen.set(address, index + 1);
    if (fd === undefined || (wanted.has(address) && index < each)) continue;
    if (!isStill(fd, inode)) continue;
    closeSync(fd);
    closed += 1;
  }
  return closed;
}

function isStill(fd: number, inode: number | undefined): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`) === `socket:[${inode}]`;
  } catch {
    return false;
  }
}
