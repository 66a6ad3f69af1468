import { isIPv4 } from "node:net";

/** `127.0.0.1` of four bytes. */
export const formatIpv4 = (bytes: Uint8Array): string => bytes.join(".");

/** `2001:db8::1` of sixteen bytes, in the form of RFC 5952. */
export function formatIpv6(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((bytes[2 * index] as number) << 8) | (bytes[2 * index + 1] as number)).toString(16),
  );
  const { start, length } = longestZeros(groups);
  if (length < 2) return groups.join(":");
  return `${groups.slice(0, start).join(":")}::${groups.slice(start + length).join(":")}`;
}

function longestZeros(groups: readonly string[]): { readonly start: number; readonly length: number } {
  let longest = { start: 0, length: 0 };
  let start = 0;
  groups.forEach((group, index) => {
    if (group !== "0") start = index + 1;
    else if (index + 1 - start > longest.length) longest = { start, length: index + 1 - start };
  });
  return longest;
}

/** The four or sixteen bytes of an address that is one; an IPv6 zone is left out. */
export function bytesOfIp(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split(".").map(Number));
  const [text = ""] = address.split("%");
  const [before = "", after] = text.split("::");
  const head = bytesOfGroups(before);
  const tail = bytesOfGroups(after ?? "");
  return Buffer.concat([head, Buffer.alloc(16 - head.length - tail.length), tail]);
}

function bytesOfGroups(text: string): Buffer {
  if (text === "") return Buffer.alloc(0);
  const bytes = text.split(":").flatMap((group) => {
    if (group.includes(".")) return group.split(".").map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
  return Buffer.from(bytes);
}

/** The same address as one of IPv6 (`::ffff:1.2.3.4`), in sixteen bytes. */
export function bytesOfMapped(address: string): Buffer {
  const bytes = bytesOfIp(address);
  return bytes.length === 16 ? bytes : Buffer.concat([mappedPrefix, bytes]);
}

const mappedPrefix = Buffer.from("00000000000000000000ffff", "hex");
