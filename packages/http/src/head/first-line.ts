import { latin1Slice } from "../headers/latin1.ts";
import { byteClasses, digitByte, isToken, obsTextByte, targetByte, valueByte } from "./byte-classes.ts";
import type { HeadLimits } from "./head-limits.ts";
import { isHost } from "./host.ts";
import { methodNumbers } from "./methods.ts";
import { reasonAt } from "./reason-phrases.ts";
import type { Fault, Refuse } from "./refusal.ts";

export interface RequestLine {
  readonly method: string;
  readonly target: string;
  readonly minorVersion: 0 | 1;
}

export interface StatusLine {
  readonly status: number;
  readonly reason: string;
  readonly minorVersion: 0 | 1;
}

type Fail = (status: Fault["status"], reason: Fault["reason"], start: number, end: number) => never;

const failWith =
  (refuse: Refuse, bytes: Buffer): Fail =>
  (status, reason, start, end) =>
    refuse({ status, reason, line: 1, bytes, start, end });

/**
 * Reads `HTTP/1.` and a digit, of which those above 1 stand for 1 (RFC 9110 2.5); every other well-formed version is not supported
 * (15.6.6).
 */
function readVersion(bytes: Buffer, start: number, end: number, fail: Fail): 0 | 1 {
  const isDigitAt = (at: number) => ((byteClasses[bytes[at] as number] as number) & digitByte) !== 0;
  const wellFormed =
    end - start === 8 && latin1Slice(bytes, start, start + 5) === "HTTP/" && bytes[start + 6] === 0x2e;
  if (!wellFormed || !isDigitAt(start + 5) || !isDigitAt(start + 7)) fail(400, "version-invalid", start, end);
  if (bytes[start + 5] !== 0x31) fail(505, "version-not-supported", start, end);
  return bytes[start + 7] === 0x30 ? 0 : 1;
}

/** Judges the line from `start` to `end`, without its line end (RFC 9112 section 3). */
export function readRequestLine(
  bytes: Buffer,
  end: number,
  limits: HeadLimits,
  refuse: Refuse,
  start = 0,
): RequestLine {
  const fail: Fail = failWith(refuse, bytes);
  const methodEnd = bytes.indexOf(0x20, start);
  if (methodEnd === -1 || methodEnd >= end) fail(400, "request-line-invalid", start, end);
  if (!isToken(bytes, start, methodEnd)) fail(400, "method-invalid", start, methodEnd);
  const targetEnd = bytes.lastIndexOf(0x20, end - 1);
  if (targetEnd <= methodEnd) fail(400, "request-line-invalid", start, end);
  const minorVersion = readVersion(bytes, targetEnd + 1, end, fail);
  const method = latin1Slice(bytes, start, methodEnd);
  if (!methodNumbers.has(method)) fail(501, "method-unknown", start, methodEnd);
  if (targetEnd - methodEnd - 1 > limits.maxTargetBytes)
    fail(414, "target-too-long", methodEnd + 1, targetEnd);
  if (!isTarget(bytes, methodEnd + 1, targetEnd, method))
    fail(400, "target-invalid", methodEnd + 1, targetEnd);
  return { method, target: latin1Slice(bytes, methodEnd + 1, targetEnd), minorVersion };
}

/** Whether this is a target in the form that RFC 9112 3.2 gives the method. */
function isTarget(bytes: Buffer, start: number, end: number, method: string): boolean {
  for (let at = start; at < end; at++) {
    if (((byteClasses[bytes[at] as number] as number) & targetByte) === 0) return false;
  }
  if (method === "CONNECT") {
    const colon = bytes.lastIndexOf(0x3a, end - 1);
    return colon > start && colon < end - 1 && bytes[end - 1] !== 0x5d && isHost(bytes, start, end);
  }
  if (bytes[start] === 0x2f) return true;
  if (bytes[start] === 0x2a) return end === start + 1 && method === "OPTIONS";
  return isAbsoluteForm(bytes, start, end);
}

/** `http://` or `https://`, a host as the Host field would have it, and then a path, a query or nothing. */
function isAbsoluteForm(bytes: Buffer, start: number, end: number): boolean {
  const scheme = latin1Slice(bytes, start, Math.min(start + 8, end)).toLowerCase();
  const hostStart = scheme.startsWith("http://") ? start + 7 : scheme === "https://" ? start + 8 : -1;
  if (hostStart === -1) return false;
  let hostEnd = hostStart;
  while (hostEnd < end && bytes[hostEnd] !== 0x2f && bytes[hostEnd] !== 0x3f) hostEnd++;
  return isHost(bytes, hostStart, hostEnd);
}

/** Judges `HTTP/1.1 200 OK` (RFC 9112 section 4); the reason may be missing, also with the space before it. */
export function readStatusLine(bytes: Buffer, end: number, refuse: Refuse, start = 0): StatusLine {
  const fail: Fail = failWith(refuse, bytes);
  const versionEnd = bytes.indexOf(0x20, start);
  if (versionEnd === -1 || versionEnd >= end) fail(400, "status-line-invalid", start, end);
  const minorVersion = readVersion(bytes, start, versionEnd, fail);
  const digits = latin1Slice(bytes, versionEnd + 1, Math.min(versionEnd + 4, end));
  const reasonStart = Math.min(versionEnd + 5, end);
  const separated = versionEnd + 4 === end || bytes[versionEnd + 4] === 0x20;
  if (!/^[1-5][0-9]{2}$/.test(digits) || !separated) fail(400, "status-line-invalid", start, end);
  for (let at = reasonStart; at < end; at++) {
    if (((byteClasses[bytes[at] as number] as number) & (valueByte | obsTextByte)) !== 0) continue;
    fail(400, "status-line-invalid", at, at + 1);
  }
  const status = Number(digits);
  return { status, reason: reasonAt(bytes, reasonStart, end, status), minorVersion };
}
