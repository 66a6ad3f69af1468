import type { Server } from "node:net";
import type { SocketAddress } from "@monolake/streams";
import { fromBindError } from "./bind-error.ts";
import { type Binding, startListening } from "./binding.ts";
import { supportsReusePort } from "./reuse-port.ts";

/** What of the configuration concerns the listening socket itself. */
export interface TcpBindingOptions {
  readonly backlog: number;
  /** undefined: where the system can. */
  readonly reusePort: boolean | undefined;
  readonly ipv6Only: boolean;
}

/** Binds to an ip and a port; port 0 keeps the one that the system picked. */
export class TcpBinding implements Binding {
  readonly #options: TcpBindingOptions;
  readonly #host: string;
  #port: number;
  #reusePort = false;

  constructor(address: { readonly host: string; readonly port: number }, options: TcpBindingOptions) {
    this.#host = address.host;
    this.#port = address.port;
    this.#options = options;
  }

  async bind(server: Server): Promise<SocketAddress> {
    const { backlog, ipv6Only } = this.#options;
    const reusePort = this.#options.reusePort ?? (await supportsReusePort());
    this.#reusePort = reusePort;
    const host = this.#host;
    const port = this.#port;
    try {
      // `exclusive`: in a process of node:cluster, too, this socket is ours and not one that the primary shares out.
      await startListening(server, { host, port, backlog, ipv6Only, reusePort, exclusive: true });
    } catch (error) {
      throw fromBindError(error, { type: "socket", host, port });
    }
    const bound = server.address();
    if (typeof bound === "object" && bound !== null) this.#port = bound.port;
    return { type: "socket", host, port: this.#port };
  }

  get shareable(): boolean {
    return this.#reusePort;
  }

  permit(): void {}

  release(): void {}
}
