import { parseBinaryHeader, signature } from "./parse-binary-header.ts";
import { parseTextHeader, textPrefix } from "./parse-text-header.ts";
import type { ProxyHeader } from "./proxy-header.ts";

/** What the first bytes of a connection are. */
export type ParsedProxyHeader =
  /** Too little to tell. */
  | { readonly type: "undecided" }
  /** The beginning of a header. */
  | { readonly type: "incomplete" }
  /** Something else. */
  | { readonly type: "absent" }
  /** Begins as a header, and is none. `problem` says why: what was expected and what was found. */
  | { readonly type: "invalid"; readonly problem: string }
  /** A header, in the first `lengthBytes` bytes. */
  | { readonly type: "header"; readonly header: ProxyHeader; readonly lengthBytes: number };

/** What a header may be at most: version 2 with 65,535 bytes of addresses and additional information. */
export const longestHeaderBytes = 16 + 0xffff;

/**
 * Reads the PROXY header that a connection begins with, of version 1 or 2. Look again with more bytes while it is undecided or incomplete; all
 * of a valid one is there after `maxBytes` bytes at most. The header refers to `bytes`.
 */
export function parseProxyHeader(bytes: Buffer, maxBytes: number = longestHeaderBytes): ParsedProxyHeader {
  if (beginsAs(bytes, signature))
    return bytes.length < signature.length ? undecided : parseBinaryHeader(bytes, maxBytes);
  if (beginsAs(bytes, textPrefix))
    return bytes.length < textPrefix.length ? undecided : parseTextHeader(bytes);
  return absent;
}

const undecided: ParsedProxyHeader = { type: "undecided" };
const absent: ParsedProxyHeader = { type: "absent" };

/** As far as both go. */
function beginsAs(bytes: Buffer, prefix: Buffer): boolean {
  const length = Math.min(bytes.length, prefix.length);
  return prefix.compare(bytes, 0, length, 0, length) === 0;
}
