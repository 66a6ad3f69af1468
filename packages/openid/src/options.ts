import { OpenidOptionsError } from "./errors.ts";
import type { SessionStore } from "./session-store.ts";

/** How people log in, at which provider, and what those behind are told of them. */
export interface OpenidOptions {
  /** As it stands in the provider's discovery document: `https://login.example.com/realms/main`. */
  readonly issuerUrl: string;
  readonly clientId: string;
  /** Left out: a public client, which PKCE alone protects. */
  readonly clientSecret?: string;
  /** Where the provider sends people back, as it is registered there. Its path is answered here; https makes cookies `Secure`. */
  readonly redirectUrl: string;
  /** Default `openid`, `email` and `profile`; `offline_access` asks for a refresh token. */
  readonly scopes?: readonly string[];
  /** What cookies are encrypted with: at least 32 characters each. The first one is used, all of them are known. */
  readonly sessionSecrets: readonly string[];
  /** From a login until the next one, whatever the provider says. Default 8 hours. */
  readonly sessionMaxAgeMs?: number;
  /** Of cookies, after `__Host-`. Default `monolake`. */
  readonly cookieName?: string;
  /** Where sessions are kept; left out: in cookies. */
  readonly sessionStore?: SessionStore;
  /** Paths that need no login, with `*` at the end for all that begin so. None by default. */
  readonly exemptPaths?: readonly string[];
  /** GET or POST here logs out. Default `/logout`. */
  readonly logoutPath?: string;
  /** Where people are after it; a path here, or a URL that is registered at the provider. Default `/`. */
  readonly afterLogoutUrl?: string;
  /** The provider is shown who logs out. Some ask for that; the ID token is in a URL then, and in the session. Default false. */
  readonly idTokenHint?: boolean;
  /** Request fields by the claims they are filled with: `{ email: "X-User-Email" }`. What clients send in them is dropped. */
  readonly claimHeaders?: Readonly<Record<string, string>>;
  /** Claims that are kept in the session, beside those of `claimHeaders`. Default `sub`, `email`, `name` and `preferred_username`. */
  readonly claims?: readonly string[];
  /** For each request to the provider. Default 10,000. */
  readonly timeoutMs?: number;
  /** How far clocks may be apart. Default 30,000. */
  readonly clockToleranceMs?: number;
  /** Takes a provider without TLS: for tests. Default false. */
  readonly allowInsecureIssuer?: boolean;
  /** Hears why somebody was not let in, or not asked to log in. No secret is in it. */
  readonly onFailure?: (error: Error) => void;
}

/** The options with their defaults. */
export interface ResolvedOpenidOptions
  extends Required<Omit<OpenidOptions, "clientSecret" | "sessionStore">> {
  readonly clientSecret: string | undefined;
  readonly sessionStore: SessionStore | undefined;
}

const shortestSecret = 32;

/** Fills the defaults in. Throws ERR_OPENID_OPTIONS for what cannot work, or is not safe. */
export function resolveOpenidOptions(options: OpenidOptions): ResolvedOpenidOptions {
  checkUrls(options);
  if (
    options.sessionSecrets.length === 0 ||
    options.sessionSecrets.some(({ length }) => length < shortestSecret)
  )
    throw new OpenidOptionsError({
      option: "sessionSecrets",
      expected: `secrets of at least ${shortestSecret} characters`,
    });
  return {
    ...options,
    clientSecret: options.clientSecret,
    scopes: options.scopes ?? ["openid", "email", "profile"],
    sessionMaxAgeMs: options.sessionMaxAgeMs ?? 8 * 3_600_000,
    cookieName: options.cookieName ?? "monolake",
    sessionStore: options.sessionStore,
    exemptPaths: options.exemptPaths ?? [],
    logoutPath: options.logoutPath ?? "/logout",
    afterLogoutUrl: options.afterLogoutUrl ?? "/",
    idTokenHint: options.idTokenHint ?? false,
    claimHeaders: options.claimHeaders ?? {},
    claims: options.claims ?? ["sub", "email", "name", "preferred_username"],
    timeoutMs: options.timeoutMs ?? 10_000,
    clockToleranceMs: options.clockToleranceMs ?? 30_000,
    allowInsecureIssuer: options.allowInsecureIssuer ?? false,
    onFailure: options.onFailure ?? (() => {}),
  };
}

function checkUrls({ issuerUrl, redirectUrl, allowInsecureIssuer }: OpenidOptions): void {
  const issuer = URL.parse(issuerUrl);
  if (
    issuer === null ||
    !(issuer.protocol === "https:" || (issuer.protocol === "http:" && allowInsecureIssuer === true))
  )
    throw new OpenidOptionsError({ option: "issuerUrl", expected: "an https URL" });
  const redirect = URL.parse(redirectUrl);
  if (
    redirect === null ||
    !/^https?:$/.test(redirect.protocol) ||
    redirect.search !== "" ||
    redirect.hash !== ""
  )
    throw new OpenidOptionsError({ option: "redirectUrl", expected: "an http or https URL without a query" });
}
