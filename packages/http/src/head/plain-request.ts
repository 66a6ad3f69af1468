import { hostId } from "../headers/known-fields.ts";
import { latin1Slice } from "../headers/latin1.ts";
import { byteClasses, targetByte } from "./byte-classes.ts";
import { framing } from "./framing-fields.ts";
import type { HeadLimits } from "./head-limits.ts";
import { headScanner } from "./head-scanner.ts";
import { methodAt } from "./methods.ts";
import { isNormalTarget } from "./normal-target.ts";
import { scanByHand, takePlainFields, takeScanned } from "./plain-fields.ts";
import { minorVersionAt } from "./plain-version.ts";
import { RequestHead } from "./request-head.ts";
import { scannedTarget } from "./target-cache.ts";

/** "GET / HTTP/1.0\r\n\r\n": nothing shorter is a head. */
const shortestHead = 18;
/** A space, "HTTP/1.1" and the line's end. */
const versionBytes = 11;
const lineEndBytes = 2;

/**
 * The head that stands at `start`, when it is all there and in the plain form that nearly all traffic has: a known
 * method, an origin-form target, plain fields. Whatever this accepts llhttp accepts with the same result, which
 * test/head/differential.test.ts holds; undefined says nothing but that others have to look.
 */
export function readPlainRequest(
  bytes: Buffer,
  start: number,
  end: number,
  limits: HeadLimits,
): RequestHead | undefined {
  if (end - start < shortestHead) return undefined;
  const method = methodAt(bytes, start);
  if (method === undefined) return undefined;
  const targetStart = start + method.length + 1;
  if (bytes[targetStart] !== 0x2f || method === "CONNECT") return undefined;
  const headEnd = scanFromTarget(bytes, targetStart, end);
  const { targetEnd, minorVersion } = line;
  if (headEnd === -1 || targetEnd - targetStart > limits.maxTargetBytes) return undefined;
  if (headEnd - start > limits.maxHeadBytes || framing.count > limits.maxFields) return undefined;
  if (minorVersion === 1 ? ((framing.knownMask >>> hostId) & 1) === 0 : framing.chunked) return undefined;
  const target = line.isScanned
    ? scannedTarget(bytes, targetStart, targetEnd)
    : latin1Slice(bytes, targetStart, targetEnd);
  const headers = takePlainFields(bytes, targetEnd + versionBytes, headEnd);
  const head = new RequestHead(method, target, minorVersion, headers, framing, headEnd - start);
  head.isTargetNormal = line.isTargetNormal;
  return head;
}

/** What the last scan found in the request line; of use only where it found the head's end. */
const line: {
  /** By the scanner of WebAssembly, which knows the target. */
  isScanned: boolean;
  targetEnd: number;
  isTargetNormal: boolean;
  minorVersion: 0 | 1;
} = { isScanned: false, targetEnd: 0, isTargetNormal: false, minorVersion: 1 };

/** Where the head ends, or -1 when it is not all there or not plain. */
function scanFromTarget(bytes: Buffer, start: number, end: number): number {
  const headEnd = headScanner.request(bytes, start, end);
  if (headEnd < 0 || !takeScanned(bytes)) return scanByHandFromTarget(bytes, start, end);
  line.isScanned = true;
  line.targetEnd = headScanner.targetEnd;
  line.isTargetNormal = headScanner.isTargetNormal;
  line.minorVersion = headScanner.minorVersion;
  return headEnd;
}

function scanByHandFromTarget(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && ((byteClasses[bytes[at] as number] as number) & targetByte) !== 0) at++;
  if (at + versionBytes + lineEndBytes > end || bytes[at] !== 0x20) return -1;
  const minorVersion = minorVersionAt(bytes, at + 1);
  if (minorVersion === -1 || bytes[at + 9] !== 0x0d || bytes[at + 10] !== 0x0a) return -1;
  line.isScanned = false;
  line.targetEnd = at;
  line.isTargetNormal = isNormalTarget(bytes, start, at);
  line.minorVersion = minorVersion;
  return scanByHand(bytes, at + versionBytes, end);
}
