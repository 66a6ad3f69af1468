import type { Logger, WorkerInfo } from "@monolake/core";
import { MonolakeError } from "@monolake/errors";
import type { HttpCoreOptions, HttpRequest } from "@monolake/http";
import type { HttpClientOptions } from "@monolake/http-client";
import { type AccessLogOptions, accessLogHooks } from "@monolake/services/http";
import type { HttpServerConfig } from "../schema/index.ts";
import { addressLimits } from "./address-limits.ts";
import type { Deployed } from "./deployed-server.ts";
import type { HttpStackConfig } from "./http-stack.ts";
import { openidOptions } from "./openid-login.ts";
import { proxyProtocolOptions } from "./proxy-protocol-options.ts";
import { withModules } from "./route-modules.ts";
import { acts, routeOf } from "./stack-routes.ts";
import { tlsOptions, withTlsOptions } from "./tls-config.ts";

/** What the layers are made from, for one server of the configuration. Rejects with ERR_HTTP_FETCH_MODULE. */
export async function httpStackConfig(
  server: Deployed<HttpServerConfig>,
  worker: WorkerInfo,
): Promise<HttpStackConfig> {
  const { logger, counts } = worker;
  const forward = server.tls?.clientCertificates?.forward;
  return {
    tls: tlsOptions(server, ["h2", "http/1.1"]),
    clientCertificate: forward === undefined ? undefined : { forward },
    requests: { counts },
    httpServer: {
      ...serverLimits(server),
      ambiguousFields: server.ambiguousFields,
      reservedFields: reservedFields(server),
      onError: (error, request) => requestFailed(error, request, { server: server.key, logger }),
      ...(server.accessLog === undefined ? {} : accessLogHooks),
    },
    accessLog: accessLogOptions(server, logger),
    configVersion: server.debug ? { number: server.configVersion } : undefined,
    ...tellingOptions(server),
    proxyProtocol: proxyProtocolOptions(server, logger),
    ...addressLimits(server, logger),
    login: openidOptions(server, logger),
    routes: await withModules(
      server.routes.map((route) => ({
        ...routeOf(route),
        upstreams: route.upstreams.map((upstream) => ({
          ...withTlsOptions(upstream, server),
          httpVersion: server.upstreamHttpVersion,
        })),
      })),
    ),
    actions: server.routes.some(acts) ? {} : undefined,
    content: server.contentHandler,
    upstream: {
      host: server.upstreamHost,
      forwarding: server.forwarded,
      client: clientLimits(server),
      onFailure: (error, request) => upstreamFailed(error, request, server, logger),
    },
  };
}

/** What upstreams believe because it comes from here: logins, and what routes set, add or remove. */
const reservedFields = ({ openid, routes }: HttpServerConfig): string[] => [
  ...Object.values(openid?.claimHeaders ?? {}),
  ...routes.flatMap(({ requestHeaders: { set = {}, add = {}, remove = [] } = {} }) => [
    ...Object.keys(set),
    ...Object.keys(add),
    ...remove,
  ]),
];

/** What is told of a request, beside what the upstream service tells. */
function tellingOptions({
  forwarded,
  requestId,
}: HttpServerConfig): Pick<HttpStackConfig, "clientAddress" | "requestId" | "via"> {
  const { trustedProxies, via } = forwarded;
  const { mode, echo } = requestId;
  return {
    clientAddress: trustedProxies.length === 0 ? undefined : { trustedProxies },
    requestId: mode === "off" ? undefined : { mode, echo, trustedProxies },
    via: via === undefined ? undefined : { pseudonym: via },
  };
}

const serverLimits = ({ parsing, timeouts, limits }: HttpServerConfig): HttpCoreOptions => ({
  parsing,
  firstByteTimeoutMs: timeouts.serverFirstByteTimeoutMs,
  keepAliveTimeoutMs: timeouts.serverKeepaliveTimeoutMs,
  headTimeoutMs: timeouts.serverReadHeaderTimeoutMs,
  bodyIdleTimeoutMs: timeouts.serverReadBodyTimeoutMs,
  bodyRateGraceMs: timeouts.serverBodyRateGraceMs,
  writeStallTimeoutMs: timeouts.serverWriteTimeoutMs,
  requestTimeoutMs: timeouts.requestTimeoutMs ?? 0,
  maxConnectionAgeMs: timeouts.maxConnectionAgeMs ?? 0,
  lifetimeJitter: 0.1,
  maxHeadBytes: limits.maxHeadBytes,
  maxHeaderFields: limits.maxHeaderCount,
  maxTargetBytes: limits.maxUriBytes,
  maxBodyBytes: limits.maxBodyBytes ?? 0,
  minBodyBytesPerSecond: limits.minBodyBytesPerSecond,
  maxChunkExtensionBytes: limits.maxChunkExtensionBytes,
  maxTrailerBytes: limits.maxTrailerBytes,
  maxRequestsPerConnection: limits.maxRequestsPerConnection,
  http2: { maxConcurrentStreams: limits.maxConcurrentStreams, maxOffences: limits.maxHttp2Offences },
});

const clientLimits = ({ timeouts, limits, parsing }: HttpServerConfig): HttpClientOptions => ({
  connectTimeoutMs: timeouts.upstreamConnectTimeoutMs,
  connection: {
    parsing,
    responseHeadTimeoutMs: timeouts.upstreamReadTimeoutMs,
    bodyIdleTimeoutMs: timeouts.upstreamReadBodyTimeoutMs,
    tunnelIdleTimeoutMs: timeouts.tunnelIdleTimeoutMs,
    writeStallTimeoutMs: timeouts.upstreamWriteTimeoutMs,
    maxHeadBytes: limits.maxResponseHeadBytes,
    maxHeaderFields: limits.maxResponseHeaderCount,
    maxChunkExtensionBytes: limits.maxChunkExtensionBytes,
    maxTrailerBytes: limits.maxTrailerBytes,
    http2: { maxOffences: limits.maxHttp2Offences },
  },
  pool: {
    idleTimeoutMs: timeouts.upstreamKeepaliveTimeoutMs,
    maxConnections: limits.maxUpstreamConnections ?? Number.POSITIVE_INFINITY,
  },
});

function accessLogOptions(server: Deployed<HttpServerConfig>, logger: Logger): AccessLogOptions | undefined {
  if (server.accessLog === undefined) return undefined;
  const { path, ...options } = server.accessLog;
  return {
    ...options,
    target: path,
    // The code of a login is no matter of logs.
    secretQueryPaths: server.openid === undefined ? [] : [new URL(server.openid.redirectUrl).pathname],
    server: server.name,
    configVersion: server.configVersion,
    onProblem: (problem) => logger.warn({ err: problem, server: server.key }, problem.message),
  };
}

/**
 * A client that leaves or errs is no news; an upstream that breaks off, or a limit that was reached, is no fault of the proxy;
 * anything else is one.
 */
function requestFailed(
  error: unknown,
  request: HttpRequest | undefined,
  { server, logger }: { readonly server: string; readonly logger: Logger },
): void {
  const fields = { server, ...(request === undefined ? {} : shownRequest(request)) };
  if (!MonolakeError.is(error) || (error.source === "internal" && !error.retryable)) {
    logger.error({ ...fields, err: error }, "a request failed");
  } else {
    const level = error.source === "downstream" ? "debug" : "warn";
    logger[level]({ ...fields, code: error.code, reason: error.message }, "a request was not answered whole");
  }
}

function upstreamFailed(
  error: unknown,
  request: HttpRequest,
  server: HttpServerConfig,
  logger: Logger,
): void {
  const fields = { server: server.key, ...shownRequest(request) };
  if (!MonolakeError.is(error))
    return logger.error({ ...fields, err: error }, "an upstream could not be asked");
  // A dead upstream fails every request: its stack would be the same each time.
  logger.warn({ ...fields, code: error.code, reason: error.message }, "an upstream did not answer a request");
}

/** Queries have secrets in them more often than they help here; the access log has them where it may. */
function shownRequest({ method, target }: HttpRequest): { method: string; target: string | undefined } {
  return { method, target: target.split("?", 1)[0] };
}
