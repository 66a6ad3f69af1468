import type { Connector } from "./connector.ts";
import { createTcpConnector, type TcpConnectorOptions } from "./tcp-connector.ts";
import { createUnixConnector } from "./unix-connector.ts";

/** A connector for both kinds of target. */
export function createConnector(options: TcpConnectorOptions = {}): Connector {
  const tcp = createTcpConnector(options);
  const unix = createUnixConnector(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs });
  return {
    connect: (target, connectOptions) =>
      target.type === "unix" ? unix.connect(target, connectOptions) : tcp.connect(target, connectOptions),
  };
}
