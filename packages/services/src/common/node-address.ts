import { isIP } from "node:net";
import type { SocketAddress } from "@monolake/streams";

const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** An address as people write it: one of IPv4 that came to an IPv6 socket is one of IPv4, and a zone means nothing elsewhere. */
export function plainHost(host: string): string {
  if (!host.includes(":")) return host;
  const [address] = host.split("%");
  return mapped.exec(host)?.[1] ?? (address as string);
}

/**
 * The address that an element of X-Forwarded-For, or a `for` of Forwarded, names: `1.2.3.4`, `1.2.3.4:80`, `2001:db8::1`,
 * `[2001:db8::1]:80`. Port 0 where there is none; undefined for anything else, such as `unknown`.
 */
export function parseNodeAddress(text: string): SocketAddress | undefined {
  const [, bracketed, bracketedPort] = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text) ?? [];
  const [, plain, plainPort] = /^([\d.]+):(\d{1,5})$/.exec(text) ?? [];
  const host = plainHost(bracketed ?? plain ?? text);
  if (isIP(host) === 0) return undefined;
  return { type: "socket", host, port: Number(bracketedPort ?? plainPort ?? 0) };
}
