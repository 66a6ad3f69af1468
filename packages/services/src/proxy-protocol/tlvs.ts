import { crc32c } from "./crc32c.ts";
import { type ProxyTlv, proxyTlvTypes } from "./proxy-header.ts";

/** Type and length of one. */
const tlvHeadBytes = 3;
const noChecksum = Buffer.alloc(4);

/** The additional information in a whole header of version 2, behind its addresses; or what is wrong with it. */
export function parseTlvs(header: Buffer, start: number): readonly ProxyTlv[] | string {
  const tlvs: ProxyTlv[] = [];
  for (let at = start; at < header.length; ) {
    if (header.length - at < tlvHeadBytes)
      return `expected a type and a length at byte ${at}, found ${header.length - at} bytes`;
    const type = header[at] as number;
    const length = header.readUInt16BE(at + 1);
    const valueAt = at + tlvHeadBytes;
    if (length > header.length - valueAt)
      return `expected ${length} bytes at byte ${valueAt}, found ${header.length - valueAt}`;
    const value = header.subarray(valueAt, valueAt + length);
    if (type === proxyTlvTypes.crc32c) {
      const problem = checksumProblem(header, value, valueAt);
      if (problem !== undefined) return problem;
    }
    tlvs.push({ type, value });
    at = valueAt + length;
  }
  return tlvs;
}

/** Section 2.2.3: the checksum is that of the whole header with zeros in the place of the checksum. */
function checksumProblem(header: Buffer, value: Buffer, valueAt: number): string | undefined {
  if (value.length !== 4) return `expected a checksum of 4 bytes, found ${value.length}`;
  const before = crc32c(noChecksum, crc32c(header.subarray(0, valueAt)));
  const computed = crc32c(header.subarray(valueAt + 4), before);
  const told = value.readUInt32BE(0);
  return computed === told ? undefined : `expected the checksum ${computed}, found ${told}`;
}
