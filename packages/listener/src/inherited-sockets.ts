import { readlinkSync } from "node:fs";
import { formatAddress, type SocketAddress } from "@monolake/streams";

/** The environment variable that names listening sockets which this process was given: a JSON array of these. */
export const inheritedSocketsVariable = "MONOLAKE_SOCKETS";

/** One listening socket that a process hands to its successor. */
export interface InheritedSocket {
  /** `127.0.0.1:80`, `[::]:80` or `unix:/path`. */
  readonly address: string;
  /** Absent: the successor binds anew, and may take a unix socket over that its predecessor listens on. */
  readonly fd?: number;
  /** Of the socket, so that a descriptor is never taken for another one that got its number later. */
  readonly inode?: number;
}

/** Sockets that this thread has taken: each can be taken once. */
const taken = new Set<InheritedSocket>();
let sockets: readonly InheritedSocket[] | undefined;

/** Who looks for a socket. */
export interface SocketHeir {
  /** Workers in threads take one socket each, in this order. */
  readonly index: number;
  /** Takes turns at one socket, whose descriptor is that of the primary process; any number may. */
  readonly shared: boolean;
}

/** The socket that was handed over for an address, if there is one that nobody here took before. */
export function takeInheritedSocket(address: SocketAddress, heir: SocketHeir): InheritedSocket | undefined {
  sockets ??= parseInheritedSockets(process.env[inheritedSocketsVariable]);
  const candidates = sockets.filter((socket) => socket.address === formatAddress(address));
  const socket = candidates[heir.shared ? 0 : heir.index];
  if (socket === undefined || (!heir.shared && taken.has(socket))) return undefined;
  if (socket.fd !== undefined && !isSocket(socket, heir.shared)) return undefined;
  taken.add(socket);
  return socket;
}

/** What a variable says; nothing when it says nothing that makes sense. */
export function parseInheritedSockets(text: string | undefined): readonly InheritedSocket[] {
  if (text === undefined) return [];
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? (parsed as InheritedSocket[]) : [];
  } catch {
    return [];
  }
}

function isSocket({ fd, inode }: InheritedSocket, ofPrimary: boolean): boolean {
  try {
    return readlinkSync(`/proc/${ofPrimary ? process.ppid : "self"}/fd/${fd}`) === `socket:[${inode}]`;
  } catch {
    return false;
  }
}
