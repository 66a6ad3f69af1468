import { isIPv6 } from "node:net";
import { latin1Slice } from "../headers/latin1.ts";
import { byteClasses, digitByte, hexByte, hostByte } from "./byte-classes.ts";

const leftBracket = 0x5b;
const rightBracket = 0x5d;
const colon = 0x3a;
const percent = 0x25;
const dot = 0x2e;

const isClass = (bytes: Uint8Array, at: number, mask: number): boolean =>
  ((byteClasses[bytes[at] as number] as number) & mask) !== 0;

/** Where the IPv6 address in brackets ends that starts at `start`; -1 when there is none (RFC 3986 3.2.2). */
function addressEnd(bytes: Buffer, start: number, end: number): number {
  let at = start + 1;
  while (at < end && (isClass(bytes, at, hexByte) || bytes[at] === colon || bytes[at] === dot)) at++;
  const closed = at < end && bytes[at] === rightBracket;
  return closed && isIPv6(latin1Slice(bytes, start + 1, at)) ? at + 1 : -1;
}

function nameEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end) {
    if (isClass(bytes, at, hostByte)) at++;
    else if (bytes[at] !== percent) break;
    else if (at + 2 < end && isClass(bytes, at + 1, hexByte) && isClass(bytes, at + 2, hexByte)) at += 3;
    else return -1;
  }
  return at === start ? -1 : at;
}

/** Whether `at` to `end` is nothing, or a colon and a port of at most 65535; RFC 3986 3.2.3 lets it be empty. */
function isPort(bytes: Uint8Array, at: number, end: number): boolean {
  if (at === end) return true;
  if (bytes[at] !== colon || end - at > 6) return false;
  let port = 0;
  for (at++; at < end; at++) {
    if (!isClass(bytes, at, digitByte)) return false;
    port = port * 10 + (bytes[at] as number) - 0x30;
  }
  return port <= 65535;
}

/**
 * Whether these bytes are `uri-host [":" port]` as the Host field has it (RFC 9110 7.2): not empty, without user
 * information, and without commas, which would make a list of it elsewhere.
 */
export function isHost(bytes: Buffer, start: number, end: number): boolean {
  if (start >= end) return false;
  const hostEnd = bytes[start] === leftBracket ? addressEnd(bytes, start, end) : nameEnd(bytes, start, end);
  return hostEnd !== -1 && isPort(bytes, hostEnd, end);
}
