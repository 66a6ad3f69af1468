import { isIP } from "node:net";
import type { SocketAddress } from "@monolake/streams";
import { bytesOfIp, bytesOfMapped } from "../common/ip-bytes.ts";
import { plainHost } from "../common/node-address.ts";
import { fixedBytes, signature } from "./parse-binary-header.ts";

/** The versions of the PROXY header: a line of text, or binary. */
export type ProxyHeaderVersion = 1 | 2;

/**
 * The header that names a client to an upstream: who connected, and to what. Where either is no IP address, as with unix sockets, or
 * is not known, it says that the client is unknown.
 */
export function encodeProxyHeader(
  version: ProxyHeaderVersion,
  source: SocketAddress | undefined,
  destination: SocketAddress | undefined,
): Buffer {
  const from = ipAddressOf(source);
  const to = ipAddressOf(destination);
  if (from === undefined || to === undefined) return version === 1 ? unknownLine : unspecifiedHeader;
  return version === 1 ? encodeLine(from, to) : encodeBinary(from, to);
}

interface IpAddress {
  readonly host: string;
  readonly port: number;
  readonly family: 4 | 6;
}

const unknownLine = Buffer.from("PROXY UNKNOWN\r\n", "latin1");
/** The command PROXY of version 2 without addresses. */
const unspecifiedHeader = Buffer.concat([signature, Buffer.of(0x21, 0, 0, 0)]);

function ipAddressOf(address: SocketAddress | undefined): IpAddress | undefined {
  if (address?.type !== "socket") return undefined;
  const host = plainHost(address.host);
  const family = isIP(host);
  return family === 0 ? undefined : { host, port: address.port, family: family as 4 | 6 };
}

function encodeLine(from: IpAddress, to: IpAddress): Buffer {
  const isIpv4 = from.family === 4 && to.family === 4;
  const hosts = isIpv4 ? [from.host, to.host] : [ipv6Text(from), ipv6Text(to)];
  const line = `PROXY TCP${isIpv4 ? 4 : 6} ${hosts.join(" ")} ${from.port} ${to.port}\r\n`;
  return Buffer.from(line, "latin1");
}

/** Both addresses are of one family: one of IPv4 beside one of IPv6 is written as such. */
const ipv6Text = ({ host, family }: IpAddress): string => (family === 6 ? host : `::ffff:${host}`);

function encodeBinary(from: IpAddress, to: IpAddress): Buffer {
  const isIpv4 = from.family === 4 && to.family === 4;
  const bytesOf = isIpv4 ? bytesOfIp : bytesOfMapped;
  const hosts = [bytesOf(from.host), bytesOf(to.host)];
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(from.port, 0);
  ports.writeUInt16BE(to.port, 2);
  const fixed = Buffer.alloc(fixedBytes);
  signature.copy(fixed);
  fixed[12] = 0x21;
  fixed[13] = isIpv4 ? 0x11 : 0x21;
  fixed.writeUInt16BE(isIpv4 ? 12 : 36, 14);
  return Buffer.concat([fixed, ...hosts, ports]);
}
