import type { Logger } from "@monolake/core";
import type { ProxyProtocolOptions } from "@monolake/services/proxy-protocol";
import type { ServerConfig } from "../schema/index.ts";
import { quietReport } from "./quiet-report.ts";

/** What the PROXY layer is made from, for one server of the configuration; undefined where it has none. */
export function proxyProtocolOptions(
  { key, proxyProtocol }: ServerConfig,
  logger: Logger,
): ProxyProtocolOptions | undefined {
  if (proxyProtocol === undefined) return undefined;
  // Who connects where only proxies may does so again.
  const onRefused = quietReport((error: Error, unlogged) => {
    const { code } = error as { readonly code?: string };
    logger.warn({ server: key, code, reason: error.message, unlogged }, "a connection was refused");
  });
  return { ...proxyProtocol, onRefused };
}
