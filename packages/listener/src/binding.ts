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
  /** Removes what the address leaves behind, now that the server is closed. */
  release(): void;
}

/** `server.listen` as a promise; rejects with Node's error. */
export function startListening(server: Server, options: ServerListenOptions): Promise<void> {
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
    server.listen(options);
  });
}
