import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

/** TCP's name for a connection that is open both ways, in /proc/net/tcp. */
const established = "01";

/** Which connections, as the side that accepted them sees them. */
export interface ConnectionFilter {
  readonly localPort: number;
  /** IPv4. */
  readonly remoteHost: string;
}

/** The connections that are open now, by the numbers of their sockets (Linux): a port may be another connection's soon. */
function openConnections({ localPort, remoteHost }: ConnectionFilter): Set<number> {
  const local = `:${localPort.toString(16).toUpperCase().padStart(4, "0")}`;
  const remote = remoteHost
    .split(".")
    .map((part) => Number(part).toString(16).toUpperCase().padStart(2, "0"))
    .reverse()
    .join("");
  const open = new Set<number>();
  for (const line of readFileSync("/proc/net/tcp", "latin1").split("\n")) {
    const [, localAddress, remoteAddress, state, , , , , , inode] = line.trim().split(/\s+/);
    if (state !== established || localAddress?.endsWith(local) !== true) continue;
    if (remoteAddress?.startsWith(remote) !== true) continue;
    // Before it is accepted it has none.
    if (inode !== undefined && inode !== "0") open.add(Number(inode));
  }
  return open;
}

/** How long connections were open, as far as somebody looked. */
export interface Lifetimes {
  /** How many there were, without those that were there before. */
  readonly count: number;
  readonly longestMs: number;
  /** Of them, how many are open still. */
  readonly open: number;
}

/** Looks at connections again and again. */
export interface ConnectionWatch {
  /** Resolves when no new one came for a time, or there was no more time for that. */
  readonly quietFor: (forMs: number, atMostMs: number) => Promise<void>;
  /** Ends the watch, and says what it saw. */
  readonly stop: () => Lifetimes;
}

/** Watches the connections that come from now on. */
export function watchConnections(filter: ConnectionFilter, everyMs = 500): ConnectionWatch {
  const before = openConnections(filter);
  const seen = new Map<number, { readonly firstMs: number; lastMs: number }>();
  let newestMs = performance.now();
  const look = () => {
    const nowMs = performance.now();
    for (const socket of openConnections(filter)) {
      if (before.has(socket)) continue;
      const known = seen.get(socket);
      if (known !== undefined) known.lastMs = nowMs;
      else {
        seen.set(socket, { firstMs: nowMs, lastMs: nowMs });
        newestMs = nowMs;
      }
    }
  };
  const timer = setInterval(look, everyMs);
  return {
    async quietFor(forMs, atMostMs) {
      const endMs = performance.now() + atMostMs;
      while (performance.now() < Math.min(endMs, newestMs + forMs)) await setTimeout(everyMs);
    },
    stop() {
      clearInterval(timer);
      look();
      const stillOpen = openConnections(filter);
      const lifetimes = [...seen.values()].map(({ firstMs, lastMs }) => lastMs - firstMs);
      return {
        count: seen.size,
        longestMs: lifetimes.reduce((longest, lifetime) => Math.max(longest, lifetime), 0),
        open: [...seen.keys()].filter((socket) => stillOpen.has(socket)).length,
      };
    },
  };
}
