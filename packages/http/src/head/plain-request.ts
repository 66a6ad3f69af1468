import { hostId } from "../headers/known-fields.ts";
import { byteClasses, targetByte } from "./byte-classes.ts";
import { framing } from "./framing-fields.ts";
import type { HeadLimits } from "./head-limits.ts";
import { methodAt } from "./methods.ts";
import { scanPlainFields, takePlainFields } from "./plain-fields.ts";
import { minorVersionAt } from "./plain-version.ts";
import { RequestHead } from "./request-head.ts";
import { targetAt } from "./target-cache.ts";

/** "GET / HTTP/1.0\r\n\r\n": nothing shorter is a head. */
const shortestHead = 18;

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
  let at = targetStart + 1;
  while (at < end && ((byteClasses[bytes[at] as number] as number) & targetByte) !== 0) at++;
  const targetEnd = at;
  // A space, the version, the line's end and the head's: 13 bytes.
  if (targetEnd + 13 > end || targetEnd - targetStart > limits.maxTargetBytes || bytes[at] !== 0x20)
    return undefined;
  const minorVersion = minorVersionAt(bytes, at + 1);
  if (minorVersion === -1 || bytes[at + 9] !== 0x0d || bytes[at + 10] !== 0x0a) return undefined;
  const fieldsStart = at + 11;
  const headEnd = scanPlainFields(bytes, fieldsStart, end);
  if (headEnd === -1 || headEnd - start > limits.maxHeadBytes || framing.count > limits.maxFields)
    return undefined;
  if (minorVersion === 1 ? ((framing.knownMask >>> hostId) & 1) === 0 : framing.chunked) return undefined;
  const target = targetAt(bytes, targetStart, targetEnd);
  const headers = takePlainFields(bytes, fieldsStart, headEnd);
  return new RequestHead(method, target, minorVersion, headers, framing, headEnd - start);
}
