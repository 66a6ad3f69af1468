import { isIP } from "node:net";
import type { Address } from "./resolver.ts";

/** The address that `host` is itself, with or without square brackets; undefined for a name. */
export function literalAddress(host: string): Address | undefined {
  const bare = host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
  const family = isIP(bare);
  if (family === 0 || (family === 4 && bare !== host)) return undefined;
  return { host: bare, family: family === 4 ? 4 : 6 };
}
