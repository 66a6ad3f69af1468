import type { Server } from "node:net";
import { resolve } from "node:path";
import type { SocketAddress } from "@monolake/streams";
import { type Binding, startListening } from "./binding.ts";
import { type FileIdentity, identityOf, removeIfSame } from "./unix-socket-file.ts";

/** Listens on a socket that this process was given, which so never closes in between; later on binds as `otherwise` does. */
export class InheritedBinding implements Binding {
  readonly #address: SocketAddress;
  readonly #exclusive: boolean;
  readonly #otherwise: Binding;
  #fd: number | undefined;
  #file: FileIdentity | undefined;

  constructor(options: {
    readonly address: SocketAddress;
    readonly fd: number;
    readonly exclusive: boolean;
    readonly otherwise: Binding;
  }) {
    this.#address = options.address;
    this.#fd = options.fd;
    this.#exclusive = options.exclusive;
    this.#otherwise = options.otherwise;
  }

  get shareable(): boolean {
    return this.#otherwise.shareable;
  }

  async bind(server: Server): Promise<SocketAddress> {
    const fd = this.#fd;
    if (fd === undefined) return this.#otherwise.bind(server);
    this.#fd = undefined;
    await startListening(server, { fd, exclusive: this.#exclusive });
    if (this.#address.type === "unix") this.#file = identityOf(resolve(this.#address.path));
    return this.#address;
  }

  /** Whoever made it has set the permissions of a unix socket. */
  permit(mode: number | undefined): void {
    if (this.#fd === undefined && this.#file === undefined) this.#otherwise.permit(mode);
  }

  release(): void {
    if (this.#file !== undefined && this.#address.type === "unix")
      removeIfSame(resolve(this.#address.path), this.#file);
    this.#file = undefined;
    this.#otherwise.release();
  }
}
