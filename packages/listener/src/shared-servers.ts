import type { SocketAddress } from "@monolake/streams";
import type { AcceptingServer } from "./accepting-server.ts";

/** A server that listens, and where. */
export interface StartedServer {
  readonly server: AcceptingServer;
  readonly address: SocketAddress;
}

/** The servers of this thread that another listener on the same address may take from. */
const sharedServers = new Map<string, Promise<StartedServer>>();

/**
 * The open server of `key`, or a new one that `start` makes. A listener that succeeds another on its address takes
 * from the same socket: closing one of two sockets would reset the connections that wait in its backlog, and two unix
 * sockets cannot have the same path.
 */
export async function sharedServer(key: string, start: () => Promise<StartedServer>): Promise<StartedServer> {
  for (;;) {
    const starting = sharedServers.get(key) ?? start();
    sharedServers.set(key, starting);
    try {
      const started = await starting;
      if (!started.server.closed) return started;
    } catch (error) {
      forget(key, starting);
      throw error;
    }
    // It was closed while we waited for it.
    forget(key, starting);
  }
}

/** Forgets the server of `key` when it is closed. */
export async function forgetClosedServer(key: string): Promise<void> {
  const starting = sharedServers.get(key);
  if (starting !== undefined && (await starting).server.closed) forget(key, starting);
}

function forget(key: string, starting: Promise<StartedServer>): void {
  if (sharedServers.get(key) === starting) sharedServers.delete(key);
}
