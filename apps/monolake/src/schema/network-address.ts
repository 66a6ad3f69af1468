import { isIP, isIPv6 } from "node:net";

/** A host and a port, apart. */
export interface HostAndPort {
  /** An IP address (IPv6 without brackets) or, where that is allowed, a host name. */
  readonly host: string;
  readonly port: number;
}

/** `127.0.0.1:8080` or `[::1]:8080`; undefined for everything else. Port 0 is any free port. */
export function parseIpAndPort(text: string): HostAndPort | undefined {
  const parts = splitPort(text);
  return parts !== undefined && isIP(parts.host) !== 0 ? parts : undefined;
}

/** As {@link parseIpAndPort}, with a host name too and without port 0; undefined for everything else. */
export function parseHostAndPort(text: string): HostAndPort | undefined {
  const parts = splitPort(text);
  return parts === undefined || parts.port === 0 || !isHost(parts.host) ? undefined : parts;
}

/** An IP address, IPv6 without brackets, or a host name. */
export const isHost = (host: string): boolean => isIP(host) !== 0 || isHostName(host);

/** What `unix:PATH` stands for, and what anything else does. Whether it is right is not looked at. */
export const placeOf = (text: string): { readonly type: "unix" | "socket"; readonly value: string } =>
  text.startsWith("unix:") ? { type: "unix", value: text.slice(5) } : { type: "socket", value: text };

/** One text for every way to write the same address, for comparing listeners. */
export function canonicalAddress({ host, port }: HostAndPort): string {
  // A zone is nothing that a URL may have.
  const isPlainIpv6 = isIPv6(host) && !host.includes("%");
  return isPlainIpv6 ? `${new URL(`http://[${host}]`).hostname}:${port}` : `${host.toLowerCase()}:${port}`;
}

function splitPort(text: string): HostAndPort | undefined {
  const [, ipv6, other, digits] = /^(?:\[([^[\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = ipv6 ?? other;
  const port = Number(digits);
  if (host === undefined || port > 65535 || (ipv6 !== undefined && !isIPv6(ipv6))) return undefined;
  return { host, port };
}

/** RFC 1123 §2.1, and underscores, which container networks use; a last label of digits only would be an IP address. */
const isHostName = (host: string): boolean =>
  host.length <= 253 &&
  /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*(?!\d+\.?$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.?$/i.test(
    host,
  );
