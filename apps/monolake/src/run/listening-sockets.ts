import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { InheritedSocket } from "@monolake/listener";
import { formatAddress } from "@monolake/streams";

/** A listening socket of this process, whichever of its threads holds it. */
export type ListeningSocket = Required<InheritedSocket>;

/** All of them, as Linux tells in /proc; none on other systems. */
export function listeningSockets(): ListeningSocket[] {
  const addresses = listeningAddresses();
  return descriptors().flatMap(({ fd, inode }) => {
    const address = addresses.get(inode);
    return address === undefined ? [] : [{ address, fd, inode }];
  });
}

function descriptors(): { readonly fd: number; readonly inode: number }[] {
  try {
    return readdirSync("/proc/self/fd").flatMap((name) => {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/self/fd/${name}`))?.[1];
      return inode === undefined ? [] : [{ fd: Number(name), inode: Number(inode) }];
    });
  } catch {
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

/** Where somebody listens, by the inode of the socket. */
function listeningAddresses(): Map<number, string> {
  const addresses = new Map<number, string>();
  for (const line of linesOf("/proc/self/net/tcp")) addTcp(line, addresses, ipv4Of);
  for (const line of linesOf("/proc/self/net/tcp6")) addTcp(line, addresses, ipv6Of);
  for (const line of linesOf("/proc/self/net/unix")) {
    // SO_ACCEPTCON is the flag of a socket that listens.
    const [, , , flags, , , inode, path] = line.trim().split(/\s+/);
    if (flags === "00010000" && path?.startsWith("/")) addresses.set(Number(inode), `unix:${path}`);
  }
  return addresses;
}

function addTcp(line: string, addresses: Map<number, string>, hostOf: (hex: string) => string): void {
  const [, local = "", , state, , , , , , inode] = line.trim().split(/\s+/);
  const [host = "", port = ""] = local.split(":");
  if (state !== "0A") return;
  addresses.set(
    Number(inode),
    formatAddress({ type: "socket", host: hostOf(host), port: Number.parseInt(port, 16) }),
  );
}

/** Four bytes as the machine keeps them: the last one first. */
const ipv4Of = (hex: string): string => [...Buffer.from(hex, "hex")].reverse().join(".");

/** Four words, each as the machine keeps it; as the text that URLs have. */
function ipv6Of(hex: string): string {
  const words = hex.match(/.{8}/g) ?? [];
  const groups = words.flatMap((word) => {
    const bytes = Buffer.from(word, "hex").reverse().toString("hex");
    return [bytes.slice(0, 4), bytes.slice(4)];
  });
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, "latin1").split("\n").slice(1);
  } catch {
    return [];
  }
}
