import { bytesOfIp, formatIpv4 } from "./ip-bytes.ts";
import { plainHost } from "./node-address.ts";

/** How many of something each network has: an address of IPv4, or the 64 bits of an IPv6 address that one customer is given. */
export class AddressCounts {
  readonly #counts = new Map<string, number>();

  /** How many networks have any. */
  get networks(): number {
    return this.#counts.size;
  }

  /** One more for a network of {@link networkOf}, unless it has as many as may be: whether it was taken. */
  take(network: string, most: number): boolean {
    const count = this.#counts.get(network) ?? 0;
    if (count >= most) return false;
    this.#counts.set(network, count + 1);
    return true;
  }

  /** One less for a network that had one taken. */
  release(network: string): void {
    const count = this.#counts.get(network) ?? 0;
    if (count > 1) this.#counts.set(network, count - 1);
    else this.#counts.delete(network);
  }
}

/**
 * What tells the clients of two addresses apart. Whoever has an address of IPv6 has all that share its first 64 bits (RFC 6177); an
 * address of IPv4 is the same however it is written.
 */
export function networkOf(host: string): string {
  const plain = plainHost(host);
  if (!plain.includes(":")) return plain;
  const bytes = bytesOfIp(plain);
  if (bytes.subarray(0, 12).equals(mapped)) return formatIpv4(bytes.subarray(12));
  return bytes.toString("hex", 0, 8);
}

/** `::ffff:0:0/96` */
const mapped = Buffer.from("00000000000000000000ffff", "hex");
