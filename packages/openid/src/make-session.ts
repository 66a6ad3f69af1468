import type { ResolvedOpenidOptions } from "./options.ts";
import type { Tokens } from "./provider.ts";
import { nowSeconds, type Session } from "./session.ts";

/** What decides what is kept of a login. */
export type SessionOptions = Pick<
  ResolvedOpenidOptions,
  "claims" | "claimHeaders" | "sessionMaxAgeMs" | "idTokenHint"
>;

/** How much of an access token's time goes by before the provider is asked again. */
const refreshedAfter = 0.9;

/**
 * A session from what the provider gave, for a login, or for the refresh of an `earlier` one; undefined where it is about nobody, or
 * not about who was logged in before. What a refresh does not tell stays as it was, and so does the session's end.
 */
export function makeSession(tokens: Tokens, options: SessionOptions, earlier?: Session): Session | undefined {
  const { claims: kept, claimHeaders, sessionMaxAgeMs, idTokenHint } = options;
  const all = tokens.claims ?? earlier?.claims;
  const sub = all?.["sub"];
  if (typeof sub !== "string" || (earlier !== undefined && sub !== earlier.claims.sub)) return undefined;
  const names = [...kept, ...Object.keys(claimHeaders)].filter((name) => all?.[name] !== undefined);
  const told = Object.fromEntries(names.map((name) => [name, all?.[name]]));
  const refreshToken = tokens.refreshToken ?? earlier?.refreshToken;
  const idToken = tokens.idToken ?? earlier?.idToken;
  const refreshAt = refreshToken === undefined ? undefined : refreshTime(tokens);
  return {
    claims: { ...earlier?.claims, ...told, sub },
    endsAt: earlier?.endsAt ?? nowSeconds() + Math.ceil(sessionMaxAgeMs / 1000),
    ...(refreshToken !== undefined && { refreshToken }),
    ...(refreshAt !== undefined && { refreshAt }),
    ...(idTokenHint && idToken !== undefined && { idToken }),
  };
}

const refreshTime = ({ expiresInSeconds }: Tokens): number | undefined =>
  expiresInSeconds === undefined ? undefined : nowSeconds() + Math.floor(expiresInSeconds * refreshedAfter);
