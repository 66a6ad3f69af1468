/** What the provider says of somebody, by the names of OpenID Connect Core section 5.1. */
export type Claims = Readonly<Record<string, unknown>> & { readonly sub: string };

/** Somebody who is logged in. Times are seconds since 1970. */
export interface Session {
  readonly claims: Claims;
  /** When it ends, however often it is refreshed. */
  readonly endsAt: number;
  /** From then on the provider is asked whether it still holds. */
  readonly refreshAt?: number;
  readonly refreshToken?: string;
  /** Kept only where the provider wants to see it at the logout. */
  readonly idToken?: string;
}

/** The session in what was opened; undefined for anything else. */
export function asSession(content: unknown): Session | undefined {
  const session = content as Session | null | undefined;
  const sound = typeof session?.endsAt === "number" && typeof session.claims?.sub === "string";
  return sound && session.endsAt > nowSeconds() ? session : undefined;
}

/** The clock of sessions. */
export const nowSeconds = (): number => Math.floor(Date.now() / 1000);
