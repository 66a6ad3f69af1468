import { byteClasses, valueByte } from "./byte-classes.ts";
import { framing } from "./framing-fields.ts";
import type { HeadLimits } from "./head-limits.ts";
import { scanPlainFields, takePlainFields } from "./plain-fields.ts";
import { minorVersionAt } from "./plain-version.ts";
import { reasonAt } from "./reason-phrases.ts";
import { ResponseHead } from "./response-head.ts";

/** "HTTP/1.1 200 \r\n\r\n": nothing shorter is plain. */
const shortestHead = 17;

/** The number of three digits from 100 to 599 at `at`, else -1. */
function statusAt(bytes: Uint8Array, at: number): number {
  const hundreds = (bytes[at] as number) - 0x30;
  const tens = (bytes[at + 1] as number) - 0x30;
  const ones = (bytes[at + 2] as number) - 0x30;
  if (hundreds < 1 || hundreds > 5 || tens < 0 || tens > 9 || ones < 0 || ones > 9) return -1;
  return hundreds * 100 + tens * 10 + ones;
}

/** As {@link readPlainRequest}, for a response. */
export function readPlainResponse(
  bytes: Buffer,
  start: number,
  end: number,
  limits: HeadLimits,
): ResponseHead | undefined {
  if (end - start < shortestHead) return undefined;
  const minorVersion = minorVersionAt(bytes, start);
  if (minorVersion === -1 || bytes[start + 8] !== 0x20 || bytes[start + 12] !== 0x20) return undefined;
  const status = statusAt(bytes, start + 9);
  if (status === -1) return undefined;
  const reasonStart = start + 13;
  let at = reasonStart;
  while (at < end && ((byteClasses[bytes[at] as number] as number) & valueByte) !== 0) at++;
  const reasonEnd = at;
  if (at + 1 >= end || bytes[at] !== 0x0d || bytes[at + 1] !== 0x0a) return undefined;
  if (at !== reasonStart && ((bytes[reasonStart] as number) <= 0x20 || (bytes[at - 1] as number) <= 0x20))
    return undefined;
  const fieldsStart = at + 2;
  const headEnd = scanPlainFields(bytes, fieldsStart, end);
  if (headEnd === -1 || headEnd - start > limits.maxHeadBytes || framing.count > limits.maxFields)
    return undefined;
  if (minorVersion === 0 && framing.chunked) return undefined;
  const reason = reasonAt(bytes, reasonStart, reasonEnd, status);
  const headers = takePlainFields(bytes, fieldsStart, headEnd);
  return new ResponseHead(status, reason, minorVersion, headers, framing, headEnd - start);
}
