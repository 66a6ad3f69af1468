import { expects } from "@monolake/config";
import { z } from "zod";
import { present } from "./present.ts";
import { secondsSchema, toMilliseconds } from "./seconds-schema.ts";

/** OpenID Connect login. */
export interface OpenidConfig {
  readonly issuerUrl: string;
  readonly clientId: string;
  /** Absent: a public client. */
  readonly clientSecret?: string;
  readonly redirectUrl: string;
  readonly scopes: readonly string[];
  readonly sessionSecrets: readonly string[];
  readonly sessionMaxAgeMs: number;
  /** Absent: in cookies. */
  readonly sessionStore?: string;
  readonly cookieName: string;
  readonly exemptPaths: readonly string[];
  readonly logoutPath: string;
  readonly afterLogoutUrl: string;
  readonly idTokenHint: boolean;
  readonly claimHeaders: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly clockToleranceMs: number;
  readonly allowInsecureIssuer: boolean;
}

const shortestSecret = 32;

/** What is wrong with a secret is told without it. */
const secretSchema = z.string().superRefine((secret, context) => {
  if (secret.length < shortestSecret)
    context.addIssue({
      code: "custom",
      message: `expected a secret of at least ${shortestSecret} characters`,
    });
});

const path = z.string().refine((text) => text.startsWith("/"), expects('a path that begins with "/"'));
const fieldName = z
  .string()
  .refine((name) => /^[\w!#$%&'*+.^`|~-]+$/.test(name), expects('a field name such as "X-User-Email"'));
const isRedirectUrl = (text: string): boolean => {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.search === "" && url.hash === "";
};
const isPathOrUrl = (text: string): boolean =>
  !/[\0-\x1f\x7f]/.test(text) && (text.startsWith("/") || URL.parse(text) !== null);

/** `openid` of an HTTP server: OpenID Connect login. The first four keys are those that the original's code knows. */
export const openidSchema = z
  .strictObject({
    issuer_url: z
      .string()
      .refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ""), expects("an https url"))
      .describe("The provider, as its discovery document says; https unless allow_insecure_issuer"),
    client_id: z.string().min(1).describe("As it is registered at the provider"),
    client_secret: z
      .string()
      .min(1)
      .optional()
      .describe("Left out: a public client, which PKCE alone protects"),
    redirect_url: z
      .string()
      .refine(isRedirectUrl, expects("an http or https url without a query"))
      .describe(
        "Where the provider sends people back, as it is registered there; https makes cookies Secure",
      ),
    scopes: z
      .array(z.string().min(1))
      .default(["openid", "email", "profile"])
      .describe("What is asked for; offline_access gives a refresh token at many providers"),
    session_secrets: z
      .array(secretSchema)
      .min(1)
      .describe("Cookies are encrypted with the first; all are known, so that a new one can be put in front"),
    session_max_age_sec: secondsSchema.default(28_800).describe("From a login until the next one"),
    session_store: z
      .string()
      .refine((text) => /^rediss?:$/.test(URL.parse(text)?.protocol ?? ""), expects("a redis or rediss url"))
      .optional()
      .describe(
        "Keeps sessions in Redis, redis://host:port/database; in cookies when left out. Needs the package @redis/client",
      ),
    cookie_name: z
      .string()
      .refine((name) => /^[\w-]+$/.test(name), expects("a name of letters, digits, _ and -"))
      .default("monolake")
      .describe("Of cookies, behind __Host- under TLS"),
    exempt_paths: z
      .array(path)
      .default([])
      .describe("Paths that need no login, with * at the end for all that begin so"),
    logout_path: path.default("/logout").describe("GET or POST here logs out"),
    after_logout_url: z
      .string()
      .refine(isPathOrUrl, expects("a path or a url"))
      .default("/")
      .describe("Where people are after it; a path, or a URL that is registered at the provider"),
    id_token_hint: z
      .boolean()
      .default(false)
      .describe("Shows the provider who logs out, by the ID token in a URL; some ask for it"),
    claim_headers: z
      .record(z.string().min(1), fieldName)
      .default({})
      .describe(
        'Request fields for upstreams by claim, { email = "X-User-Email" }; what clients send in them is dropped',
      ),
    timeout_sec: secondsSchema.default(10).describe("For each request to the provider; 503"),
    clock_tolerance_sec: secondsSchema.default(30).describe("How far clocks may be apart"),
    allow_insecure_issuer: z.boolean().default(false).describe("Takes a provider without TLS: for tests"),
  })
  .superRefine((openid, context) => {
    if (!openid.allow_insecure_issuer && !/^https:/i.test(openid.issuer_url))
      context.addIssue({
        code: "custom",
        path: ["issuer_url"],
        message: "expected an https url, or allow_insecure_issuer = true",
      });
  });

/** The login's configuration from a checked table. */
export const normalizeOpenid = (openid: z.output<typeof openidSchema>): OpenidConfig => ({
  issuerUrl: openid.issuer_url,
  clientId: openid.client_id,
  ...present({ clientSecret: openid.client_secret, sessionStore: openid.session_store }),
  redirectUrl: openid.redirect_url,
  scopes: openid.scopes,
  sessionSecrets: openid.session_secrets,
  sessionMaxAgeMs: toMilliseconds(openid.session_max_age_sec),
  cookieName: openid.cookie_name,
  exemptPaths: openid.exempt_paths,
  logoutPath: openid.logout_path,
  afterLogoutUrl: openid.after_logout_url,
  idTokenHint: openid.id_token_hint,
  claimHeaders: openid.claim_headers,
  timeoutMs: toMilliseconds(openid.timeout_sec),
  clockToleranceMs: toMilliseconds(openid.clock_tolerance_sec),
  allowInsecureIssuer: openid.allow_insecure_issuer,
});
