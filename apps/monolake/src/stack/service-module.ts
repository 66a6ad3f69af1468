import type { ServiceFactory, WorkerInfo } from "@monolake/core";
import type { ByteStream } from "@monolake/streams";
import { addressLimits } from "./address-limits.ts";
import type { Deployed } from "./deployed-server.ts";
import { httpStack } from "./http-stack.ts";
import { httpStackConfig } from "./http-stack-config.ts";
import { proxyProtocolOptions } from "./proxy-protocol-options.ts";
import { echoStack, tcpStack } from "./tcp-stack.ts";
import { tcpStackConfig } from "./tcp-stack-config.ts";
import { thriftStack } from "./thrift-stack.ts";
import { thriftStackConfig } from "./thrift-stack-config.ts";
import { tlsOptions } from "./tls-config.ts";

/** What each worker imports: the factory of one server's services. */
export async function createService(
  server: Deployed,
  worker: WorkerInfo,
): Promise<ServiceFactory<ByteStream>> {
  switch (server.type) {
    case "http":
      return httpStack(await httpStackConfig(server, worker));
    case "tcp":
      return tcpStack(tcpStackConfig(server, worker.logger));
    case "echo":
      return echoStack({
        proxyProtocol: proxyProtocolOptions(server, worker.logger),
        ...addressLimits(server, worker.logger),
        tls: tlsOptions(server),
      });
    case "thrift":
      return thriftStack(thriftStackConfig(server, worker));
    default: {
      const never: never = server;
      throw new TypeError(`unknown server ${JSON.stringify(never)}`);
    }
  }
}
