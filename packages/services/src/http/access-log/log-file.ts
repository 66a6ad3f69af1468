import { type FileHandle, open, stat } from "node:fs/promises";
import { AccessLogOpenError } from "./errors.ts";
import type { LogTarget } from "./log-target.ts";

/** The permissions of a new file, less what the umask takes away: others have no business with it. */
const fileMode = 0o640;

/**
 * A file that several writers may append to: each append is one write at the end of the file, as long as the disk is not
 * full. A file that was moved away or removed is left for a new one at the same path, by the next append.
 */
export class LogFile implements LogTarget {
  readonly name: string;
  #file: FileHandle | undefined = undefined;
  #device = 0n;
  #inode = 0n;

  constructor(path: string) {
    this.name = path;
  }

  async open(): Promise<void> {
    if (this.#file !== undefined) return;
    try {
      const file = await open(this.name, "a", fileMode);
      this.#file = file;
      const { dev, ino } = await file.stat({ bigint: true });
      this.#device = dev;
      this.#inode = ino;
    } catch (error) {
      await this.close();
      throw new AccessLogOpenError({ target: this.name, reason: reasonOf(error), cause: error });
    }
  }

  async append(bytes: Buffer): Promise<void> {
    if (this.#file !== undefined && !(await this.#isInPlace())) await this.close();
    await this.open();
    const file = this.#file as FileHandle;
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await file.write(bytes, at, bytes.length - at, null);
      at += bytesWritten;
    }
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  /** Whether the path still leads to the open file, as far as one can see. */
  async #isInPlace(): Promise<boolean> {
    try {
      const { dev, ino } = await stat(this.name, { bigint: true });
      return dev === this.#device && ino === this.#inode;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code !== "ENOENT";
    }
  }
}

/** The path is told beside it. */
const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message.replace(/, [a-z]+( '.*')?$/, "") : String(error);
