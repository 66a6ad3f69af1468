import { chmodSync } from "node:fs";
import type { Server } from "node:net";
import { resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { SocketAddress } from "@monolake/streams";
import { fromBindError, systemCodeOf } from "./bind-error.ts";
import { type Binding, startListening } from "./binding.ts";
import { identityOf, removeStaleSocket } from "./unix-socket-file.ts";

/** Long enough for a message to the primary process and what it does then. */
const closeDelayMs = 200;

/** What of the configuration concerns the listening socket itself. */
export interface ClusterBindingOptions {
  readonly backlog: number;
  readonly ipv6Only: boolean;
}

/**
 * Binds in a process of node:cluster to what all of its processes share: the socket belongs to the primary process, which
 * binds it for the first of them, hands connections out in turn, and closes it (and removes its file) after the last one.
 */
export class ClusterBinding implements Binding {
  readonly shareable = true;
  readonly #options: ClusterBindingOptions;
  #address: SocketAddress;
  #mode: number | undefined = undefined;
  #bound = false;

  constructor(address: SocketAddress, options: ClusterBindingOptions) {
    this.#address = address;
    this.#options = options;
  }

  async bind(server: Server): Promise<SocketAddress> {
    const address = this.#address;
    const { backlog, ipv6Only } = this.#options;
    try {
      if (address.type === "unix") await this.#bindPath(server, resolve(address.path));
      else await startListening(server, { host: address.host, port: address.port, ipv6Only, backlog });
    } catch (error) {
      throw fromBindError(error, address);
    }
    this.#bound = true;
    this.#chmod();
    const bound = server.address();
    if (address.type === "socket" && typeof bound === "object" && bound !== null)
      this.#address = { ...address, port: bound.port };
    return this.#address;
  }

  /** The primary process hears of it by a message, and does not answer. What it still handed over until then is lost. */
  closed(): Promise<void> {
    return setTimeout(closeDelayMs);
  }

  permit(mode: number | undefined): void {
    if (mode === undefined) return;
    this.#mode = mode;
    this.#chmod();
  }

  release(): void {
    this.#bound = false;
  }

  async #bindPath(server: Server, path: string): Promise<void> {
    const { backlog } = this.#options;
    // What is made there from now on may be what another process of ours has the primary process bind.
    const before = identityOf(path);
    await startListening(server, { path, backlog }).catch(async (error: unknown) => {
      if (systemCodeOf(error) !== "EADDRINUSE") throw error;
      // Left behind by a crash; or another process of ours was faster, and then the second try joins it.
      await removeStaleSocket(path, before).catch(() => {});
      await startListening(server, { path, backlog });
    });
  }

  #chmod(): void {
    const address = this.#address;
    if (this.#bound && this.#mode !== undefined && address.type === "unix")
      chmodSync(resolve(address.path), this.#mode);
  }
}
