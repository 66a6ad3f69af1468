import { isHost } from "./network-address.ts";

/** An upstream's URI, taken apart. */
export interface UpstreamUri {
  readonly scheme: "http" | "https";
  /** A host name or an IP address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** What a `Host` header says: the port only where it is not the scheme's own. */
  readonly authority: string;
}

const defaultPorts = { http: 80, https: 443 } as const;

/** The URI, or what is wrong with it: what was expected, as a noun phrase. */
export function parseUpstreamUri(text: string): UpstreamUri | { readonly expected: string } {
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text) ?? [];
  if (scheme === undefined) return { expected: 'a uri such as "http://127.0.0.1:8080"' };
  const name = scheme.toLowerCase();
  if (name !== "http" && name !== "https") return { expected: "a uri with the scheme http or https" };
  // RFC 3986 §2: what else a URL parser would quietly repair, a proxy must not guess at.
  if (!/^[\w.~:/?#[\]@!$&'()*+,;=%-]+$/.test(text))
    return { expected: "a uri without spaces and other characters to escape" };
  if (text.includes("#")) return { expected: "a uri without fragment" };
  const authority = /^[^/?]*/.exec(text.slice(scheme.length + 3))?.[0] ?? "";
  if (authority.includes("@")) return { expected: "a uri without user and password" };
  if (/^(?::|$)/.test(authority)) return { expected: "a uri with a host" };
  const url = URL.parse(`${name}://${authority}/`);
  if (url === null || !isWrittenHost(authority)) return { expected: "a uri with a valid host and port" };
  if (url.port === "0") return { expected: "a uri with a port between 1 and 65535" };
  const port = url.port === "" ? defaultPorts[name] : Number(url.port);
  return { scheme: name, host: url.hostname.replace(/^\[(.*)\]$/, "$1"), port, authority: url.host };
}

/** A URL parser would make 1.2.0.3 of `1.2.3`, and takes names that no resolver knows. What it says of brackets is enough. */
const isWrittenHost = (authority: string): boolean =>
  authority.startsWith("[") || isHost(authority.replace(/:\d*$/, ""));
