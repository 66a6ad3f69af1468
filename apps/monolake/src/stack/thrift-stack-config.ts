import type { Logger, WorkerInfo } from "@monolake/core";
import { MonolakeError } from "@monolake/errors";
import type { ThriftMessage } from "@monolake/thrift";
import type { ThriftServerConfig } from "../schema/index.ts";
import { addressLimits } from "./address-limits.ts";
import type { Deployed } from "./deployed-server.ts";
import { proxyProtocolOptions } from "./proxy-protocol-options.ts";
import type { ThriftStackConfig } from "./thrift-stack.ts";
import { tlsOptions, withTlsOptions } from "./tls-config.ts";

/** What the layers are made from, for one server of the configuration. */
export function thriftStackConfig(
  server: Deployed<ThriftServerConfig>,
  worker: WorkerInfo,
): ThriftStackConfig {
  const { logger, counts } = worker;
  const { timeouts, limits, pipelining } = server;
  const routes = server.routes.map((route) => ({
    ...route,
    upstreams: route.upstreams.map((upstream) => withTlsOptions(upstream, server)),
  }));
  const { maxFrameBytes, maxHeaderBytes, maxDepth } = limits;
  const messageLimits = { maxFrameBytes, maxHeaderBytes, maxDepth };
  return {
    tls: tlsOptions(server),
    requests: { counts },
    thriftServer: {
      ...messageLimits,
      pipelining,
      keepAliveTimeoutMs: timeouts.serverKeepaliveTimeoutMs,
      messageTimeoutMs: timeouts.serverMessageTimeoutMs,
      writeStallTimeoutMs: timeouts.serverWriteTimeoutMs,
      maxPipelinedCalls: limits.maxPipelinedCalls,
      maxCalls: limits.maxCalls ?? 0,
      onError: (error) => callFailed(error, server, logger),
    },
    proxyProtocol: proxyProtocolOptions(server, logger),
    ...addressLimits(server, logger),
    routes,
    upstream: {
      client: {
        connectTimeoutMs: timeouts.upstreamConnectTimeoutMs,
        connection: {
          ...messageLimits,
          readTimeoutMs: timeouts.upstreamReadTimeoutMs,
          writeStallTimeoutMs: timeouts.upstreamWriteTimeoutMs,
        },
        pool: {
          idleTimeoutMs: timeouts.upstreamKeepaliveTimeoutMs,
          maxConnections: limits.maxUpstreamConnections ?? Number.POSITIVE_INFINITY,
        },
      },
      onFailure: (error, message) => upstreamFailed(error, message, server, logger),
    },
  };
}

/** Upstreams are told of by `upstreamFailed`; a client that leaves or errs is no news; anything else is a fault of ours. */
function callFailed(error: unknown, server: ThriftServerConfig, logger: Logger): void {
  const fields = { server: server.key };
  if (!MonolakeError.is(error)) {
    const isAnswer = error instanceof Error && error.name === "TApplicationException";
    if (isAnswer) logger.debug({ ...fields, reason: error.message }, "a call was answered with an exception");
    else logger.error({ ...fields, err: error }, "a call failed");
  } else if (error.source !== "upstream") {
    logger.debug({ ...fields, code: error.code, reason: error.message }, "a call was not answered");
  }
}

function upstreamFailed(
  error: unknown,
  message: ThriftMessage,
  server: ThriftServerConfig,
  logger: Logger,
): void {
  const fields = { server: server.key, method: message.name };
  if (!MonolakeError.is(error))
    return logger.error({ ...fields, err: error }, "an upstream could not be asked");
  // A dead upstream fails every call: its stack would be the same each time.
  logger.warn({ ...fields, code: error.code, reason: error.message }, "an upstream did not answer a call");
}
