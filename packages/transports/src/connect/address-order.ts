import type { Address } from "../dns/resolver.ts";

/** How addresses are put in order. */
export interface AddressOrder {
  /** The family of the first attempt. */
  readonly firstFamily: 4 | 6;
  /** Counts connections: each begins with another address, so that all of a name's addresses get their share. */
  readonly turn: number;
}

/** RFC 8305 §4: the families take turns, so that a broken one costs one attempt. */
export function orderAddresses(
  addresses: readonly Address[],
  { firstFamily, turn }: AddressOrder,
): Address[] {
  if (addresses.length === 1) return [...addresses];
  const first = rotate(
    addresses.filter(({ family }) => family === firstFamily),
    turn,
  );
  const second = rotate(
    addresses.filter(({ family }) => family !== firstFamily),
    turn,
  );
  const ordered: Address[] = [];
  for (let index = 0; index < Math.max(first.length, second.length); index += 1) {
    for (const address of [first[index], second[index]]) if (address !== undefined) ordered.push(address);
  }
  return ordered;
}

function rotate(addresses: readonly Address[], turn: number): Address[] {
  const start = addresses.length === 0 ? 0 : turn % addresses.length;
  return [...addresses.slice(start), ...addresses.slice(0, start)];
}
