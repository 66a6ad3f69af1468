import type { ServiceFactory, WorkerInfo } from "@monolake/core";
import type { ByteStream } from "@monolake/streams";
import type { HttpServerConfig } from "../schema/index.ts";
import { httpStack } from "./http-stack.ts";
import { httpStackConfig } from "./http-stack-config.ts";

/** What each worker imports: the factory of one server's services. */
export const createService = (server: HttpServerConfig, worker: WorkerInfo): ServiceFactory<ByteStream> =>
  httpStack(httpStackConfig(server, worker.logger));
