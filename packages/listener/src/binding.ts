import type { Server, ListenOptions as ServerListenOptions } from "node:net";
import type { SocketAddress } from "@monolake/streams";

/** How a server comes to its address, and how it leaves it. */
export interface Binding {
  /**
   * Makes `server` listen and gives the address that it got. A second call, after the server was closed, takes the same
   * address again. Rejects with the coded errors of listening.
   */
  bind(server: Server): Promise<SocketAddress>;
  /** Who may connect, as permissions of a file, from now on; undefined leaves it as it is. */
  permit(mode: number | undefined): void;
  /** Resolves when a server that was closed accepts no more, wherever it was bound. Absent: it does not at once. */
  readonly closed?: () => Promise<void>;
  /** Whether others may bind the address while this one still holds it. */
  readonly shareable: boolean;
  /** Removes what the address leaves behind, now that the server is closed. */
  release(): void;
}

/** What to listen on: an address, or a socket that the process has already (which Node's types do not know). */
export type ListenTarget = ServerListenOptions | { readonly fd: number; readonly exclusive: boolean };

/** `server.listen` as a promise; rejects with Node's error. */
export function startListening(server: Server, target: ListenTarget): Promise<void> {
  return new Promise((resolve, reject) => {
    const succeed = () => {
      server.off("error", fail);
      resolve();
    };
    const fail = (error: Error) => {
      server.off("listening", succeed);
      reject(error);
    };
    server.once("listening", succeed);
    server.once("error", fail);
    server.listen(target as ServerListenOptions);
  });
}
