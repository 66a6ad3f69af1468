import { createHash } from "node:crypto";
import { constants, lstatSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { ConfigFileText, ConfigText } from "./config-source.ts";
import { ConfigReadError } from "./errors.ts";
import { fileReason } from "./file-reason.ts";

/** A listing of the folder has it, so that "no such file" would be hard to believe. */
const isDeadLink = (file: string, { code }: NodeJS.ErrnoException): boolean =>
  code === "ENOENT" && lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true;

export const readFailure = (file: string, reason: string, cause?: unknown): ConfigReadError =>
  new ConfigReadError({ file, directory: workingDirectory(), reason, cause });

/** It may be gone, as that of a version of a program that another has replaced. */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return "(removed)";
  }
}

/** Opening or reading a pipe that nobody writes to would block a thread for ever, and the end of the process with it. */
const openFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
const pipe = { pauseMs: 10, patienceMs: 5_000 };

/** Reads a file of at most `maxBytes` of UTF-8. Throws {@link ConfigReadError}. */
export async function readConfigFile(file: string, maxBytes: number): Promise<ConfigText> {
  const bytes = await readBounded(file, maxBytes);
  const revision = createHash("sha256").update(bytes).digest("hex");
  const config: ConfigFileText = { text: decode(file, bytes), file };
  return { files: [config], revision };
}

async function readBounded(file: string, maxBytes: number): Promise<Buffer> {
  try {
    await using handle = await open(file, openFlags);
    const chunks = await readChunks(handle, maxBytes);
    if (chunks !== undefined) return Buffer.concat(chunks);
  } catch (cause: unknown) {
    throw readFailure(
      file,
      isDeadLink(file, cause as Error) ? "it is a symbolic link to nothing" : fileReason(cause),
      cause,
    );
  }
  throw readFailure(file, `it is larger than ${maxBytes} bytes`);
}

/** Until the end, whatever the size says: a pipe or /dev/stdin has none. Undefined when there is more than allowed. */
async function readChunks(handle: FileHandle, maxBytes: number): Promise<Buffer[] | undefined> {
  const chunks: Buffer[] = [];
  for (let size = 0; size <= maxBytes; ) {
    const { bytesRead, buffer } = await readSome(handle);
    if (bytesRead === 0) return chunks;
    chunks.push(buffer.subarray(0, bytesRead));
    size += bytesRead;
  }
  return undefined;
}

/** Waits for the writer of a pipe, but not for ever. */
async function readSome(handle: FileHandle) {
  const endsAtMs = performance.now() + pipe.patienceMs;
  for (;;) {
    try {
      return await handle.read({ buffer: Buffer.allocUnsafe(65536), position: null });
    } catch (error: unknown) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN" || performance.now() > endsAtMs) throw error;
    }
    await delay(pipe.pauseMs);
  }
}

function decode(file: string, bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause: unknown) {
    throw readFailure(file, "it is not UTF-8 text", cause);
  }
}
