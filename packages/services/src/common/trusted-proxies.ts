import { BlockList, isIP } from "node:net";
import type { SocketAddress } from "@monolake/streams";
import { TrustedProxyInvalidError } from "./errors.ts";
import { plainHost } from "./node-address.ts";

/** Addresses whose verdict is kept; then the memory begins anew. */
const maxRemembered = 1_000;

/** Proxies whose word is taken for who the client is. */
export class TrustedProxies {
  readonly #networks = new BlockList();
  #unix = false;
  readonly #empty: boolean;
  readonly #verdicts = new Map<string, boolean>();

  /**
   * Addresses, networks such as `10.0.0.0/8` or `fd00::/8`, and `unix` for whoever comes over a unix socket. Throws
   * ERR_TRUSTED_PROXY_INVALID.
   */
  constructor(entries: readonly string[] = []) {
    for (const entry of entries) {
      if (entry === "unix") this.#unix = true;
      else this.#add(entry);
    }
    this.#empty = entries.length === 0;
  }

  has(address: SocketAddress): boolean {
    if (this.#empty) return false;
    if (address.type === "unix") return this.#unix;
    const known = this.#verdicts.get(address.host);
    if (known !== undefined) return known;
    const host = plainHost(address.host);
    const verdict = this.#networks.check(host, isIP(host) === 6 ? "ipv6" : "ipv4");
    if (this.#verdicts.size >= maxRemembered) this.#verdicts.clear();
    this.#verdicts.set(address.host, verdict);
    return verdict;
  }

  #add(entry: string): void {
    const network = parseNetwork(entry);
    if (network === undefined) throw new TrustedProxyInvalidError({ entry });
    this.#networks.addSubnet(network.host, network.prefixLength, network.family);
  }
}

interface Network {
  readonly host: string;
  readonly prefixLength: number;
  readonly family: "ipv4" | "ipv6";
}

function parseNetwork(text: string): Network | undefined {
  const [, host = "", digits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(host);
  if (version === 0 || host.includes("%")) return undefined;
  const longest = version === 4 ? 32 : 128;
  const prefixLength = digits === undefined ? longest : Number(digits);
  if (prefixLength > longest) return undefined;
  return { host, prefixLength, family: version === 4 ? "ipv4" : "ipv6" };
}

/** Whether a text is an entry of {@link TrustedProxies}: for whoever checks a configuration. */
export const isTrustedProxyEntry = (text: string): boolean =>
  text === "unix" || parseNetwork(text) !== undefined;
