import { chmodSync, linkSync, renameSync, statSync, unlinkSync } from "node:fs";
import type { Server } from "node:net";
import { dirname, join, resolve } from "node:path";
import type { SocketAddress } from "@monolake/streams";
import { fromBindError, systemCodeOf } from "./bind-error.ts";
import { type Binding, startListening } from "./binding.ts";
import { ListenDirectoryError, ListenPathTooLongError } from "./errors.ts";
import {
  type FileIdentity,
  identityOf,
  refuseOtherThanSocket,
  removeIfSame,
  removeStaleSocket,
} from "./unix-socket-file.ts";

/** sun_path without its closing NUL. Node cuts off what is longer and listens on another path without a word. */
const maxPathBytes = process.platform === "linux" ? 107 : 103;
/** `.` and this many characters name the socket until it is ready. */
const draftNameLength = 3;

/** How a path is bound. */
export interface UnixBindingOptions {
  readonly backlog: number;
  /** Whether a socket on which somebody answers may be replaced. */
  readonly takeOver: boolean;
}

/**
 * Binds to a path. The socket is made under another name in the same directory, gets its permissions, and is then linked to its
 * path. So nobody connects before the permissions hold; a file that somebody puts there meanwhile is never replaced; and
 * libuv, which unlinks the name it bound whoever owns it by then, does not take away a successor's socket at the end.
 */
export class UnixBinding implements Binding {
  readonly shareable = false;
  readonly #path: string;
  readonly #options: UnixBindingOptions;
  #mode: number | undefined = undefined;
  #file: FileIdentity | undefined = undefined;

  constructor(path: string, options: UnixBindingOptions) {
    this.#path = resolve(path);
    this.#options = options;
  }

  async bind(server: Server): Promise<SocketAddress> {
    const address: SocketAddress = { type: "unix", path: this.#path };
    this.#checkPath();
    // Of an earlier bind, when listening was suspended: nobody answers there, and it is ours.
    this.release();
    const { takeOver } = this.#options;
    if (takeOver) refuseOtherThanSocket(this.#path);
    else await removeStaleSocket(this.#path, identityOf(this.#path));
    const draft = await this.#listenOnDraft(server, address);
    try {
      if (this.#mode !== undefined) chmodSync(draft, this.#mode);
      if (takeOver) renameSync(draft, this.#path);
      else publish(draft, this.#path);
      this.#file = identityOf(this.#path);
    } catch (error) {
      server.close();
      throw fromBindError(error, address);
    }
    return address;
  }

  permit(mode: number | undefined): void {
    if (mode === undefined || mode === this.#mode) return;
    this.#mode = mode;
    if (this.#file !== undefined) chmodSync(this.#path, mode);
  }

  release(): void {
    if (this.#file !== undefined) removeIfSame(this.#path, this.#file);
    this.#file = undefined;
  }

  async #listenOnDraft(server: Server, address: SocketAddress): Promise<string> {
    const { backlog } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      const path = join(dirname(this.#path), `.${randomName()}`);
      try {
        await startListening(server, { path, backlog, exclusive: true });
        return path;
      } catch (error) {
        if (systemCodeOf(error) === "EADDRINUSE" && attempt < 20) continue;
        throw fromBindError(error, address);
      }
    }
  }

  #checkPath(): void {
    const path = this.#path;
    const directory = dirname(path);
    const bytes = Buffer.byteLength(path);
    const draftBytes = Buffer.byteLength(join(directory, ".")) + draftNameLength;
    const maxBytes = maxPathBytes - Math.max(0, draftBytes - bytes);
    if (bytes > maxBytes) throw new ListenPathTooLongError({ path, bytes, maxBytes });
    // Node reports a missing directory as a lack of permission.
    if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
      throw new ListenDirectoryError({ path, directory });
    }
  }
}

/** Gives the socket its name. `link` fails when the name is taken meanwhile, which `rename` would replace. */
function publish(draft: string, path: string): void {
  try {
    linkSync(draft, path);
  } catch (error) {
    if (systemCodeOf(error) === "EEXIST") throw Object.assign(error as Error, { code: "EADDRINUSE" });
    // A file system without hard links.
    renameSync(draft, path);
    return;
  }
  unlinkSync(draft);
}

const randomName = (): string =>
  Math.floor(Math.random() * 36 ** draftNameLength)
    .toString(36)
    .padStart(draftNameLength, "0");
