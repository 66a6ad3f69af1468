import { type FileHandle, open, stat } from "node:fs/promises";
import { AccessLogOpenError } from "./errors.ts";
import type { LogTarget } from "./log-target.ts";

/** The permissions of a new file, less what the umask takes away: others have no business with it. */
const fileMode = 0o640;

const lineEnd = 10;

/**
 * A file that several writers may append to: each append is one write at the end of the file, as long as the disk is not
 * full. A line that a full disk has cut is ended by the next append. A file that was moved away or removed is left for a new one
 * at the same path, by the next append.
 */
export class LogFile implements LogTarget {
  readonly name: string;
  #file: FileHandle | undefined = undefined;
  #device = 0n;
  #inode = 0n;
  /** An append broke off in the middle of a line. */
  #torn = false;

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
    if (this.#torn && (await this.#endsInLine())) await this.#write(Buffer.of(lineEnd));
    this.#torn = false;
    await this.#write(bytes);
  }

  async #write(bytes: Buffer): Promise<void> {
    const file = this.#file as FileHandle;
    let at = 0;
    try {
      while (at < bytes.length) at += (await file.write(bytes, at, bytes.length - at, null)).bytesWritten;
    } catch (error) {
      if (at > 0) this.#torn = bytes[at - 1] !== lineEnd;
      throw error;
    }
  }

  /** Neither has somebody else written behind the half line, nor was the file exchanged or emptied. */
  async #endsInLine(): Promise<boolean> {
    try {
      await using file = await open(this.name, "r");
      const { size } = await file.stat();
      const { bytesRead, buffer } = await file.read(Buffer.alloc(1), 0, 1, Math.max(size - 1, 0));
      return bytesRead === 1 && buffer[0] !== lineEnd;
    } catch {
      return false;
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
