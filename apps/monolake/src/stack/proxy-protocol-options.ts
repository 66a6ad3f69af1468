import type { Logger } from "@monolake/core";
import type { ProxyProtocolOptions } from "@monolake/services/proxy-protocol";
import type { ServerConfig } from "../schema/index.ts";

/** Who connects where only proxies may does so again: one line in this time is enough. */
const quietMs = 10_000;

/** What the PROXY layer is made from, for one server of the configuration; undefined where it has none. */
export function proxyProtocolOptions(
  { key, proxyProtocol }: ServerConfig,
  logger: Logger,
): ProxyProtocolOptions | undefined {
  if (proxyProtocol === undefined) return undefined;
  let loggedMs = Number.NEGATIVE_INFINITY;
  let unlogged = 0;
  const onRefused = (error: Error) => {
    const nowMs = performance.now();
    if (nowMs - loggedMs < quietMs) {
      unlogged += 1;
      return;
    }
    loggedMs = nowMs;
    const { code } = error as { readonly code?: string };
    logger.warn({ server: key, code, reason: error.message, unlogged }, "a connection was refused");
    unlogged = 0;
  };
  return { ...proxyProtocol, onRefused };
}
