import type { SocketAddress } from "@monolake/streams";
import { formatIpv4, formatIpv6 } from "../common/ip-bytes.ts";
import type { ParsedProxyHeader } from "./parse-header.ts";
import type { ProxyHeader } from "./proxy-header.ts";
import { parseTlvs } from "./tlvs.ts";

/** What a header of version 2 begins with. */
export const signature: Buffer = Buffer.from("0d0a0d0a000d0a515549540a", "hex");

/** What comes before the addresses: signature, version and command, family and transport, length. */
export const fixedBytes = 16;
const unixPathBytes = 108;
/** Of the addresses of each family, by the high four bits of the 14th byte: unspecified, IPv4, IPv6, unix. */
const addressBytes = [0, 12, 36, 2 * unixPathBytes] as const;
const transports = ["unspecified", "stream", "datagram"] as const;
const incomplete: ParsedProxyHeader = { type: "incomplete" };

/** Reads a header of version 2 from bytes that begin with {@link signature}. */
export function parseBinaryHeader(bytes: Buffer, maxBytes: number): ParsedProxyHeader {
  // What can be refused is refused before more of it is waited for.
  if (bytes.length <= signature.length) return incomplete;
  const versionAndCommand = bytes[12] as number;
  if (versionAndCommand !== 0x20 && versionAndCommand !== 0x21)
    return invalid(`expected version 2 and the command LOCAL or PROXY, found ${shown(versionAndCommand)}`);
  if (bytes.length < fixedBytes) return incomplete;
  const isLocal = versionAndCommand === 0x20;
  const family = (bytes[13] as number) >> 4;
  const transport = (bytes[13] as number) & 0x0f;
  if (!isLocal && (family >= addressBytes.length || transport >= transports.length))
    return invalid(`expected a known address family and transport, found ${shown(bytes[13] as number)}`);
  const lengthBytes = fixedBytes + bytes.readUInt16BE(14);
  if (lengthBytes > maxBytes)
    return invalid(`expected a header of at most ${maxBytes} bytes, found one of ${lengthBytes}`);
  const needed = addressBytes[family] as number;
  // Section 2.2: the proxy speaks for itself, or knows no addresses. The block is skipped whatever is in it.
  const isUnspecified = isLocal || family === 0 || transport === 0;
  if (!isUnspecified && lengthBytes < fixedBytes + needed)
    return invalid(`expected ${needed} bytes of addresses, found ${lengthBytes - fixedBytes}`);
  if (bytes.length < lengthBytes) return incomplete;
  const command = isLocal ? "local" : "proxy";
  if (isUnspecified) return { type: "header", header: { ...unspecified, command }, lengthBytes };
  const header = bytes.subarray(0, lengthBytes);
  const tlvs = parseTlvs(header, fixedBytes + needed);
  if (typeof tlvs === "string") return invalid(tlvs);
  const addresses = readAddresses(header, family);
  return {
    type: "header",
    header: { version: 2, command, transport: transports[transport] as "stream", ...addresses, tlvs },
    lengthBytes,
  };
}

const unspecified = {
  version: 2,
  transport: "unspecified",
  source: undefined,
  destination: undefined,
  tlvs: [],
} as const;

function readAddresses(header: Buffer, family: number): Pick<ProxyHeader, "source" | "destination"> {
  if (family === 3) {
    const middle = fixedBytes + unixPathBytes;
    return {
      source: unixAddress(header.subarray(fixedBytes, middle)),
      destination: unixAddress(header.subarray(middle, middle + unixPathBytes)),
    };
  }
  const [hostBytes, format] = family === 1 ? [4, formatIpv4] : [16, formatIpv6];
  const portsAt = fixedBytes + 2 * hostBytes;
  const addressAt = (start: number, portAt: number): SocketAddress => ({
    type: "socket",
    host: format(header.subarray(start, start + hostBytes)),
    port: header.readUInt16BE(portAt),
  });
  return {
    source: addressAt(fixedBytes, portsAt),
    destination: addressAt(fixedBytes + hostBytes, portsAt + 2),
  };
}

/** Up to the first zero; a path that begins with one is abstract, and is told as one without a name. */
function unixAddress(bytes: Buffer): SocketAddress {
  const end = bytes.indexOf(0);
  return { type: "unix", path: bytes.toString("latin1", 0, end === -1 ? bytes.length : end) };
}

const invalid = (problem: string): ParsedProxyHeader => ({ type: "invalid", problem });

const shown = (byte: number): string => `0x${byte.toString(16).padStart(2, "0")}`;
