import type { Logger } from "@monolake/core";
import { MonolakeError } from "@monolake/errors";
import type { HttpHandler } from "@monolake/http";
import type { OpenidOptions } from "@monolake/openid";
import type { MakeService } from "@monolake/service-async";
import type { HttpServerConfig } from "../schema/index.ts";

/** A login's options; the store of sessions is opened with the service. */
export type OpenidLoginOptions = Omit<OpenidOptions, "sessionStore"> & {
  readonly sessionStore?: string | undefined;
};

/** The login's options for one server. */
export function openidOptions(server: HttpServerConfig, logger: Logger): OpenidLoginOptions | undefined {
  if (server.openid === undefined) return undefined;
  return { ...server.openid, onFailure: (error) => loginFailed(error, server, logger) };
}

/** The layer of `@monolake/openid`, whose libraries are loaded where a server has a login, and nowhere else. */
export const openidLogin = <Context extends object>(
  { sessionStore, ...options }: OpenidLoginOptions,
  inner: MakeService<HttpHandler<Context>>,
): MakeService<HttpHandler<Context>> => ({
  async make(previous) {
    const { createRedisStore, openid } = await import("@monolake/openid");
    if (sessionStore === undefined) return openid(options, inner).make(previous);
    const store = await createRedisStore({ url: sessionStore });
    try {
      return await openid({ ...options, sessionStore: store }, inner).make(previous);
    } catch (error) {
      await store[Symbol.asyncDispose]();
      throw error;
    }
  },
});

/** A provider that fails concerns everybody; somebody who did not come in, seldom anybody else. */
function loginFailed(error: Error, server: HttpServerConfig, logger: Logger): void {
  const fields = { server: server.key };
  if (!MonolakeError.is(error)) return logger.error({ ...fields, err: error }, "a login failed");
  const level = ({ upstream: "warn", downstream: "info", internal: "error" } as const)[error.source];
  logger[level]({ ...fields, code: error.code, reason: error.message }, "a login failed");
}
