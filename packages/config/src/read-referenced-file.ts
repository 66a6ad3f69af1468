import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { fileReason } from "./file-reason.ts";

/** What `${file:PATH}` may stand for: passwords, keys, tokens. */
const maxReferencedBytes = 65_536;

/** The text of a file, or why it cannot be read. */
export type ReferencedText = { readonly text: string } | { readonly reason: string };

/**
 * Reads a small file of UTF-8 text, without the line feed at its end. Only regular files: others could be empty the next
 * time, and keep the process waiting.
 */
export function readReferencedFile(path: string): ReferencedText {
  try {
    const bytes = readRegularFile(path);
    if (typeof bytes === "string") return { reason: bytes };
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes).replace(/\r?\n$/, "") };
  } catch (error: unknown) {
    if ((error as NodeJS.ErrnoException).code === "ERR_ENCODING_INVALID_ENCODED_DATA")
      return { reason: "it is not UTF-8 text" };
    return { reason: fileReason(error) };
  }
}

/** Its bytes, or why they are not to be had. */
function readRegularFile(path: string): Buffer | string {
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) return stat.isDirectory() ? "it is a directory" : "it is no regular file";
    const buffer = Buffer.alloc(maxReferencedBytes + 1);
    let size = 0;
    while (size < buffer.length) {
      const read = readSync(descriptor, buffer, { offset: size });
      if (read === 0) return buffer.subarray(0, size);
      size += read;
    }
    return `it is larger than ${maxReferencedBytes} bytes`;
  } finally {
    closeSync(descriptor);
  }
}
