import { copiedBytes, writeBuffer } from "@monolake/streams";
import type { Body } from "../body/body.ts";
import { checkRequestLine } from "../client/check-request-line.ts";
import { CopySource, copyBytes } from "../headers/copy-bytes.ts";
import { encodeText } from "../headers/encode-text.ts";
import type { Headers } from "../headers/headers.ts";
import { httpDate } from "../headers/http-date.ts";
import { removeHopByHopOfInterim } from "../headers/interim-fields.ts";
import { knownFields } from "../headers/known-fields.ts";
import type { HttpRequest } from "../message/request.ts";
import type { HttpResponse } from "../message/response.ts";
import { statusText } from "../message/status-text.ts";
import type { WrittenFraming } from "./message-writer.ts";

/** A head in a write buffer. One object for all: read it before the next head is encoded. */
export const encodedHead: { buffer: Buffer; bytes: number } = { buffer: Buffer.alloc(0), bytes: 0 };

/** What the connection says itself about itself; whatever a handler put there is replaced. */
const connectionFields = knownFields("connection", "keep-alive", "proxy-connection", "transfer-encoding");
const connectionField = knownFields("connection");
const transferField = knownFields("transfer-encoding");
const framingFields = knownFields("content-length");
const teField = knownFields("te");
const upgradeField = knownFields("upgrade");
const dateField = knownFields("date");
/** `Content-Length: ` and 16 digits, `Connection: keep-alive`, a date, and line ends: 160; and a small body behind the head. */
const ownBytes = 160 + copiedBytes;

/** By status; bytes, which are copied faster than a text is encoded. */
const statusLines: (CopySource | undefined)[] = new Array(600).fill(undefined);
const endOfRequestLine = new CopySource(Buffer.from(" HTTP/1.1\r\n"));

/** The usual status line, made once for each status. Also for clients of HTTP/1.0: it tells what this side speaks (RFC 9110 section 6.2). */
function statusLine({ status, reason }: HttpResponse): CopySource {
  const isUsual = reason === statusText(status);
  const known = isUsual ? statusLines[status] : undefined;
  if (known !== undefined) return known;
  const line = new CopySource(Buffer.from(`HTTP/1.1 ${status} ${reason}\r\n`, "latin1"));
  if (isUsual && status < statusLines.length) statusLines[status] = line;
  return line;
}

/** How a response goes out on this connection. */
export interface ResponseWire {
  readonly version: "1.0" | "1.1";
  readonly framing: WrittenFraming;
  readonly persist: boolean;
}

/** Encodes a final response's head into a write buffer, see {@link encodedHead}. Edits its headers to what is sent. */
export function encodeResponseHead(response: HttpResponse, wire: ResponseWire): void {
  const { headers } = response;
  const length = bodyLength(response.body);
  const keepsLength =
    wire.framing === "none" ? response.status !== 204 : announces(headers, wire.framing, length);
  removeFields(headers, keepsLength ? connectionFields : connectionFields | framingFields);
  const line = statusLine(response);
  const lineBytes = line.bytes.length;
  const buffer = writeBuffer(lineBytes + headers.maxEncodedBytes + ownBytes);
  let at = copyBytes(line, 0, lineBytes, buffer, 0);
  at = headers.encode(buffer, at);
  if ((headers.knownMask & dateField) === 0) at = encodeText(buffer, at, `Date: ${httpDate()}\r\n`);
  if (!keepsLength) at = encodeFraming(buffer, at, wire.framing, length);
  if (!wire.persist) at = encodeText(buffer, at, "Connection: close\r\n");
  else if (wire.version === "1.0") at = encodeText(buffer, at, "Connection: keep-alive\r\n");
  // RFC 9110 section 7.8: so does a 426 say what it asks for.
  if ((headers.knownMask & upgradeField) !== 0) at = encodeText(buffer, at, "Connection: upgrade\r\n");
  finishHead(buffer, at);
}

/** Encodes a 1xx response that another one follows, see {@link encodedHead}. Edits its headers to what is sent. */
export function encodeInformationalHead(status: number, headers: Headers): void {
  removeHopByHopOfInterim(headers);
  encodeBodiless(`HTTP/1.1 ${status} ${statusText(status)}\r\n`, headers);
}

/** Encodes a 101 response, see {@link encodedHead}; its Upgrade field, and Connection if it has one, are sent as they are. */
export function encodeUpgradeHead({ reason, headers }: HttpResponse): void {
  removeFields(headers, framingFields | transferField);
  if ((headers.knownMask & connectionField) === 0) headers.append("Connection", "upgrade");
  encodeBodiless(`HTTP/1.1 101 ${reason}\r\n`, headers);
}

function encodeBodiless(line: string, headers: Headers): void {
  const buffer = writeBuffer(line.length + headers.maxEncodedBytes + 2);
  finishHead(buffer, headers.encode(buffer, encodeText(buffer, 0, line)));
}

/**
 * Encodes a request's head into a write buffer, see {@link encodedHead}. Edits its headers to what is sent. Throws
 * ERR_HTTP_INVALID_REQUEST.
 */
export function encodeRequestHead(request: HttpRequest, framing: WrittenFraming): void {
  checkRequestLine(request);
  const { headers } = request;
  const { method, target } = request;
  const length = bodyLength(request.body);
  const keepsLength = announces(headers, framing, length);
  removeFields(headers, keepsLength ? connectionFields : connectionFields | framingFields);
  const buffer = writeBuffer(method.length + target.length + 12 + headers.maxEncodedBytes + ownBytes);
  let at = encodeText(buffer, 0, method);
  buffer[at++] = 32;
  at = encodeText(buffer, at, target);
  at = copyBytes(endOfRequestLine, 0, endOfRequestLine.bytes.length, buffer, at);
  at = headers.encode(buffer, at);
  if (!keepsLength) at = encodeFraming(buffer, at, framing, length);
  if (request.upgrade) at = encodeText(buffer, at, "Connection: upgrade\r\n");
  // RFC 9110 section 10.1.4: TE is for the next recipient only.
  if ((headers.knownMask & teField) !== 0) at = encodeText(buffer, at, "Connection: te\r\n");
  if (request.expectContinue) at = encodeText(buffer, at, "Expect: 100-continue\r\n");
  finishHead(buffer, at);
}

/** The parsed Content-Length says what would be written: the field may stay where it is. */
function announces(headers: Headers, framing: WrittenFraming, length: number): boolean {
  return framing === "length" && headers.plainLength === length;
}

/** Also of a body that came without an announced length but is here as a whole. */
function bodyLength(body: Body): number {
  return body.length >= 0 ? body.length : (body.whole?.length ?? 0);
}

function removeFields(headers: Headers, fields: number): void {
  if ((headers.knownMask & fields) !== 0) headers.deleteAllOf(fields);
}

function encodeFraming(buffer: Buffer, at: number, framing: WrittenFraming, length: number): number {
  if (framing === "length") return encodeText(buffer, at, `Content-Length: ${length}\r\n`);
  if (framing === "chunked") return encodeText(buffer, at, "Transfer-Encoding: chunked\r\n");
  return at;
}

function finishHead(buffer: Buffer, at: number): void {
  buffer[at] = 13;
  buffer[at + 1] = 10;
  encodedHead.buffer = buffer;
  encodedHead.bytes = at + 2;
}
