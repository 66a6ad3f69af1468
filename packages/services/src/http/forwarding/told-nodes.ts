import type { Headers } from "@monolake/http";
import { parseNodeAddress } from "../../common/node-address.ts";
import type { TrustedProxies } from "../../common/trusted-proxies.ts";

/** The addresses of X-Forwarded-For. They are never quoted there: a quote that a client sends must not hide what a proxy adds behind it. */
export const forwardedFor = (headers: Headers): string[] =>
  headers
    .getAll("x-forwarded-for")
    .flatMap((value) => value.split(","))
    .map((address) => address.trim())
    .filter((address) => address !== "");

/**
 * Which of the nodes that a trusted proxy names, each told by the one behind it, is the client: the last one that is not a trusted
 * proxy, because everything before it may be made up. -1 where there is none.
 */
export function clientIndex(nodes: readonly string[], trusted: TrustedProxies): number {
  let index = nodes.length - 1;
  while (index > 0) {
    const address = parseNodeAddress(nodes[index] as string);
    // Somebody who hides: nobody has checked what he says.
    if (address === undefined || !trusted.has(address)) break;
    index -= 1;
  }
  return index;
}
