import type { RequestHeadReader } from "../head/head-reader.ts";
import { type Fault, refuseRequest } from "../head/refusal.ts";
import type { RequestHead } from "../head/request-head.ts";
import { latin1Write } from "../headers/latin1.ts";
import { toUpgrade, websocketProtocol } from "./extended-connect.ts";

/** What a request's pseudo-header fields say (RFC 9113 section 8.3.1). */
interface PseudoFields {
  method: string | undefined;
  path: string | undefined;
  scheme: string | undefined;
  authority: string | undefined;
  /** Of an extended CONNECT (RFC 8441 section 4). */
  protocol: string | undefined;
}

/** A request that is none in HTTP/2 (RFC 9113 section 8.1.1): its stream is reset, and nobody hears of it. */
export class MalformedRequest extends Error {}

let scratch: Buffer = Buffer.allocUnsafeSlow(16 * 1024);

/**
 * Reads the fields of a request by the rules of HTTP/1.1: they are written as the head that a server behind would get, and read
 * by the reader of such heads. So a request that could mean something else there (request smuggling by downgrade) has no
 * way in, and all limits are the same. Throws ERR_HTTP_REQUEST_HEAD, and {@link MalformedRequest} for what RFC 9113 wants to be
 * reset; upper case, controls and late pseudo-header fields the decoder has found before.
 */
export function readRequestFields(
  fields: readonly string[],
  reader: RequestHeadReader,
  maxFields: number,
): RequestHead {
  const pseudo: PseudoFields = {
    method: undefined,
    path: undefined,
    scheme: undefined,
    authority: undefined,
    protocol: undefined,
  };
  const [lines, count] = regularLines(fields, pseudo, maxFields);
  const { protocol } = pseudo;
  checkPseudoFields(pseudo);
  if (protocol !== undefined) {
    if (protocol !== websocketProtocol) refuse("request-line-invalid", protocol, 501);
    // What asks for the same in HTTP/1.1 (RFC 6455 section 4.1).
    pseudo.method = "GET";
  }
  const isConnect = pseudo.method === "CONNECT";
  if (isConnect) pseudo.path = pseudo.authority ?? "";
  else if (pseudo.scheme !== "http" && pseudo.scheme !== "https")
    refuse("target-invalid", pseudo.scheme ?? "");
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
    return refuse("request-line-invalid", pseudo.path ?? "");
  if (protocol !== undefined) {
    // RFC 9110 section 9.3.6: what follows is the tunnel's.
    if (head.contentLength > 0) throw new MalformedRequest();
    toUpgrade(head, protocol);
  }
  return head;
}

/** What RFC 9113 section 8.3.1 and RFC 8441 section 4 want there to be. */
function checkPseudoFields({ method, path, scheme, authority, protocol }: PseudoFields): void {
  if (method === undefined || (protocol !== undefined && method !== "CONNECT")) throw new MalformedRequest();
  if (authority?.includes("@")) throw new MalformedRequest();
  if (method === "CONNECT" && protocol === undefined) {
    if (path !== undefined || scheme !== undefined || authority === undefined) throw new MalformedRequest();
  } else if (scheme === undefined || path === undefined || !isPath(path, method))
    throw new MalformedRequest();
}

const isPath = (path: string, method: string): boolean =>
  (path.startsWith("/") || (path === "*" && method === "OPTIONS")) && !notInPaths.test(path);
const notInPaths = /[\0-\x20\x7f]/;

/** Fields that mean something to HTTP/2 itself. */
const specialFields: ReadonlyMap<string, "cookie" | "host" | "length" | "te" | "connection"> = new Map([
  ["cookie", "cookie"],
  ["host", "host"],
  ["content-length", "length"],
  ["te", "te"],
  // RFC 9113 section 8.2.2: they make a message malformed.
  ["connection", "connection"],
  ["keep-alive", "connection"],
  ["proxy-connection", "connection"],
  ["transfer-encoding", "connection"],
  ["upgrade", "connection"],
]);

/** The lines of what is no pseudo-header field, and how many there are. */
function regularLines(
  fields: readonly string[],
  pseudo: PseudoFields,
  maxFields: number,
): readonly [string, number] {
  let lines = "";
  let count = 0;
  let pieces = 0;
  let hosts = 0;
  let lengths = 0;
  let cookie: string | undefined;
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const name = fields[at] as string;
    const value = fields[at + 1] as string;
    const special = specialFields.get(name);
    if (name.charCodeAt(0) === colon) notePseudo(pseudo, name, value);
    // RFC 9113 section 8.2.3: it may come in pieces, and is one field to everybody else.
    else if (special === "cookie") {
      cookie = cookie === undefined ? value : `${cookie}; ${value}`;
      pieces += 1;
    } else if (special === "host" && pseudo.authority !== undefined) {
      if (value.toLowerCase() !== pseudo.authority.toLowerCase()) refuse("host-repeated", value);
    } else {
      lines += `${name}: ${value}\r\n`;
      count += 1;
      if (special === undefined) continue;
      if (special === "host") hosts += 1;
      else if (special === "length") lengths += /^\d+$/.test(value) ? 1 : 2;
      else if (special === "connection" || value !== "trailers") throw new MalformedRequest();
    }
  }
  if (lengths > 1 || (hosts === 0 && pseudo.authority === undefined)) throw new MalformedRequest();
  // Each piece costs as much as any field (HTTP/2 bomb).
  if (count + pieces > maxFields) refuse("too-many-fields", `${count + pieces} fields`, 431);
  if (cookie === undefined) return [lines, count];
  return [`${lines}cookie: ${cookie}\r\n`, count + 1];
}

const colon = 0x3a;

function notePseudo(pseudo: PseudoFields, name: string, value: string): void {
  const key = pseudoKeys.get(name);
  // Unknown, or there already.
  if (key === undefined || pseudo[key] !== undefined) throw new MalformedRequest();
  pseudo[key] = value;
}

const pseudoKeys: ReadonlyMap<string, keyof PseudoFields> = new Map([
  [":method", "method"],
  [":path", "path"],
  [":scheme", "scheme"],
  [":protocol", "protocol"],
  [":authority", "authority"],
]);

function refuse(reason: Fault["reason"], text: string, status: Fault["status"] = 400): never {
  const bytes = Buffer.from(text, "latin1");
  return refuseRequest({ status, reason, line: 1, bytes, start: 0, end: bytes.length });
}
