import type { Table } from "./changed-keys.ts";

/** What people call an entry of a list: the path of a route, the place of an upstream, the file of a certificate. */
export function nameOf({ path, endpoint, chain }: Table): string | undefined {
  const place = (endpoint as { readonly value?: unknown } | undefined)?.value;
  return [path, place, chain].find((name) => typeof name === "string");
}
