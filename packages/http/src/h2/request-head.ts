import type { RequestHeadReader } from "../head/head-reader.ts";
import { type Fault, refuseRequest } from "../head/refusal.ts";
import type { RequestHead } from "../head/request-head.ts";
import { latin1Write } from "../headers/latin1.ts";
import { toUpgrade, websocketProtocol } from "./extended-connect.ts";
import { connectionFields } from "./fields.ts";

/** What a request's pseudo-header fields say (RFC 9113 section 8.3.1). */
interface PseudoFields {
  method: string;
  path: string;
  scheme: string;
  authority: string | undefined;
  /** Of an extended CONNECT (RFC 8441 section 4). */
  protocol: string | undefined;
}

let scratch: Buffer = Buffer.allocUnsafeSlow(16 * 1024);

/**
 * Reads the fields of a request by the rules of HTTP/1.1: they are written as the head that a server behind would get, and read
 * by the reader of such heads. So a request that could mean something else there (request smuggling by downgrade) has no
 * way in, and all limits are the same. Throws ERR_HTTP_REQUEST_HEAD.
 *
 * nghttp2 has refused before: upper case, controls, connection-specific fields, repeated, unknown or late pseudo-header fields.
 */
export function readRequestFields(
  fields: readonly string[],
  reader: RequestHeadReader,
  maxFields: number,
): RequestHead {
  const pseudo: PseudoFields = {
    method: "",
    path: "",
    scheme: "",
    authority: undefined,
    protocol: undefined,
  };
  const [lines, count] = regularLines(fields, pseudo, maxFields);
  const { protocol } = pseudo;
  if (protocol !== undefined) {
    if (pseudo.method !== "CONNECT") refuse("request-line-invalid", protocol);
    if (protocol !== websocketProtocol) refuse("request-line-invalid", protocol, 501);
    // What asks for the same in HTTP/1.1 (RFC 6455 section 4.1).
    pseudo.method = "GET";
  }
  if (pseudo.method === "CONNECT" && pseudo.path === "") pseudo.path = pseudo.authority ?? "";
  else if (pseudo.scheme !== "http" && pseudo.scheme !== "https") refuse("target-invalid", pseudo.scheme);
  const host = pseudo.authority === undefined ? "" : `host: ${pseudo.authority}\r\n`;
  const text = `${pseudo.method} ${pseudo.path} HTTP/1.1\r\n${host}${lines}\r\n`;
  if (scratch.length < text.length) scratch = Buffer.allocUnsafeSlow(text.length);
  const written = scratch.subarray(0, latin1Write(scratch, text, 0));
  // What may be left of a head that was refused before.
  reader.reset();
  const head = reader.read(written, 0);
  const expected = count + (pseudo.authority === undefined ? 0 : 1);
  // A line end in a value would have made more of it, or less.
  if (head === undefined || head.bytes !== written.length || head.headers.size !== expected)
    return refuse("field-value-invalid", "");
  if (head.target !== pseudo.path || head.method !== pseudo.method)
    return refuse("request-line-invalid", pseudo.path);
  // RFC 9113 section 8.3.1: the path is in origin-form, or `*` of OPTIONS.
  if (!head.target.startsWith("/") && head.target !== "*" && head.method !== "CONNECT")
    refuse("target-invalid", head.target);
  if ((head.headers.knownMask & connectionFields) !== 0) refuse("field-name-invalid", "");
  if (protocol !== undefined) toUpgrade(head, protocol);
  return head;
}

/** The lines of what is no pseudo-header field, and how many there are. */
function regularLines(
  fields: readonly string[],
  pseudo: PseudoFields,
  maxFields: number,
): readonly [string, number] {
  let lines = "";
  let count = 0;
  let pieces = 0;
  let cookie: string | undefined;
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const name = fields[at] as string;
    const value = fields[at + 1] as string;
    if (name.charCodeAt(0) === colon) notePseudo(pseudo, name, value);
    // RFC 9113 section 8.2.3: it may come in pieces, and is one field to everybody else.
    else if (name === "cookie") {
      cookie = cookie === undefined ? value : `${cookie}; ${value}`;
      pieces += 1;
    } else if (name === "host" && pseudo.authority !== undefined) {
      if (value.toLowerCase() !== pseudo.authority.toLowerCase()) refuse("host-repeated", value);
    } else {
      lines += `${name}: ${value}\r\n`;
      count += 1;
    }
  }
  // Each piece costs as much as any field (HTTP/2 bomb).
  if (count + pieces > maxFields) refuse("too-many-fields", `${count + pieces} fields`, 431);
  if (cookie === undefined) return [lines, count];
  return [`${lines}cookie: ${cookie}\r\n`, count + 1];
}

const colon = 0x3a;

function notePseudo(pseudo: PseudoFields, name: string, value: string): void {
  if (name === ":method") pseudo.method = value;
  else if (name === ":path") pseudo.path = value;
  else if (name === ":scheme") pseudo.scheme = value;
  else if (name === ":protocol") pseudo.protocol = value;
  else if (name === ":authority") pseudo.authority = value;
  else refuse("field-name-invalid", name);
}

function refuse(reason: Fault["reason"], text: string, status: Fault["status"] = 400): never {
  const bytes = Buffer.from(text, "latin1");
  return refuseRequest({ status, reason, line: 1, bytes, start: 0, end: bytes.length });
}
