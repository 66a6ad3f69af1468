import type { HttpHandler, HttpRequest, HttpResponse } from "@monolake/http";
import { contextKey, type MakeService, makeLayered } from "@monolake/service-async";
import { redirect, refusal } from "./answers.ts";
import { ClaimHeaders } from "./claim-headers.ts";
import { CookieMaker, type Cookies, readCookies, removeCookies } from "./cookies.ts";
import {
  OpenidLoginError,
  OpenidProviderError,
  OpenidSessionTooLargeError,
  OpenidStoreError,
} from "./errors.ts";
import { exemptPaths } from "./exempt-paths.ts";
import { LoginAttempts } from "./login-attempts.ts";
import { makeSession } from "./make-session.ts";
import { type OpenidOptions, type ResolvedOpenidOptions, resolveOpenidOptions } from "./options.ts";
import { Provider } from "./provider.ts";
import { returnTarget } from "./return-target.ts";
import { Sealer } from "./sealer.ts";
import type { Claims } from "./session.ts";
import { SessionCookies } from "./session-cookies.ts";
import { type RefreshedSession, SessionRefresher } from "./session-refresher.ts";
import { Sessions } from "./sessions.ts";

/** The slot of a context with what the provider says of who sent the request; empty where nobody is logged in. */
export const openidClaims = contextKey<Claims>()("openidClaims");

/**
 * Lets only those through who are logged in at an OpenID provider (OpenID Connect Core, authorization code flow with
 * PKCE), and tells those behind who they are. Browsers are sent to the provider, anybody else is answered with 401.
 */
export class Openid<Context extends object> implements HttpHandler<Context> {
  readonly inner: HttpHandler<Context>;
  readonly #options: ResolvedOpenidOptions;
  readonly #callbackPath: string;
  readonly #isExempt: (path: string) => boolean;
  readonly #claimHeaders: ClaimHeaders;
  readonly #provider: Provider;
  readonly #attempts: LoginAttempts;
  readonly #sessions: Sessions;
  readonly #refresher: SessionRefresher;

  /** `previous`: what it knows of the provider, and of sessions that were just refreshed, goes on. Throws ERR_OPENID_OPTIONS. */
  constructor(inner: HttpHandler<Context>, options: OpenidOptions, previous?: Openid<Context>) {
    this.inner = inner;
    const resolved = resolveOpenidOptions(options);
    const { issuerUrl, clientId, redirectUrl, cookieName, sessionStore } = resolved;
    const before =
      previous === undefined ? {} : { provider: previous.#provider, refresher: previous.#refresher };
    this.#options = resolved;
    const { protocol, pathname } = new URL(redirectUrl);
    this.#callbackPath = pathname;
    this.#isExempt = exemptPaths(resolved.exemptPaths);
    this.#claimHeaders = new ClaimHeaders(resolved.claimHeaders);
    this.#provider = new Provider(resolved, before.provider);
    const sealer = new Sealer({ secrets: resolved.sessionSecrets, realm: `${issuerUrl} ${clientId}` });
    const maker = new CookieMaker(protocol === "https:");
    this.#attempts = new LoginAttempts(sealer, maker, cookieName);
    this.#sessions = new Sessions(sealer, new SessionCookies(maker, cookieName), sessionStore);
    this.#refresher = new SessionRefresher(this.#provider, this.#sessions, resolved, before.refresher);
  }

  async call(request: HttpRequest, context: Context): Promise<HttpResponse> {
    const { headers, target } = request;
    this.#claimHeaders.remove(headers);
    const cookies = readCookies(headers);
    const [path = ""] = target.split("?", 1);
    try {
      if (path === this.#callbackPath) return await this.#finishLogin(request, cookies);
      if (path === this.#options.logoutPath) return await this.#logout(request, cookies);
      return await this.#pass(request, context, cookies);
    } catch (error) {
      return this.#failed(error, request);
    }
  }

  /** Ends the session store, if that can be disposed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#options.sessionStore?.[Symbol.asyncDispose]?.();
  }

  /** Lets a request through if it may pass. */
  async #pass(request: HttpRequest, context: Context, cookies: Cookies): Promise<HttpResponse> {
    const [path = ""] = request.target.split("?", 1);
    const exempt = this.#isExempt(path);
    const { session, setCookies } = await this.#whoSent(cookies, exempt);
    if (session === undefined && !exempt) return await this.#askForLogin(request, cookies, setCookies);
    const { headers } = request;
    if (cookies.size > 0)
      removeCookies(headers, (name) => this.#sessions.isOwn(name) || this.#attempts.isOwn(name));
    if (session !== undefined) {
      this.#claimHeaders.write(headers, session.claims);
      // As `provide` does, for a slot that nobody has to have.
      (context as Record<string, unknown>)[openidClaims.name] = session.claims;
    }
    const response = await this.inner.call(request, context);
    for (const value of setCookies) response.headers.append("Set-Cookie", value);
    return response;
  }

  /** Whose session the cookies are. Where nobody needs one, nobody's while that cannot be found out. */
  async #whoSent(cookies: Cookies, exempt: boolean): Promise<RefreshedSession> {
    try {
      const loaded = await this.#sessions.load(cookies);
      return loaded === undefined ? nobody : await this.#refresher.look(loaded, cookies);
    } catch (error) {
      if (!exempt || adviceFor(error) === undefined) throw error;
      this.#options.onFailure(error as Error);
      return nobody;
    }
  }

  async #askForLogin(
    request: HttpRequest,
    cookies: Cookies,
    setCookies: readonly string[],
  ): Promise<HttpResponse> {
    request.body.cancel();
    if (!isNavigation(request)) return refusal(401, "Log in first.", setCookies);
    const { attempt, setCookies: added } = await this.#attempts.begin(returnTarget(request.target), cookies);
    return redirect(await this.#provider.loginUrl(attempt), [...setCookies, ...added]);
  }

  /** Somebody comes back from the provider. */
  async #finishLogin(request: HttpRequest, cookies: Cookies): Promise<HttpResponse> {
    request.body.cancel();
    if (request.method !== "GET") return refusal(405, "A login ends with GET.");
    const at = request.target.indexOf("?");
    const search = at === -1 ? "" : request.target.slice(at);
    const state = new URLSearchParams(search).get("state") ?? "";
    const attempt = await this.#attempts.find(state, cookies);
    if (attempt === undefined)
      throw new OpenidLoginError({
        problem: "unknown-attempt",
        reason: "no such login was begun in this browser",
        status: 400,
      });
    const ended = this.#attempts.end(state);
    try {
      const session = makeSession(await this.#provider.finishLogin(attempt, search), this.#options);
      if (session === undefined)
        throw new OpenidLoginError({ problem: "invalid-answer", reason: "no_subject", status: 400 });
      return redirect(attempt.returnTo, [...ended, ...(await this.#sessions.save(session, cookies))]);
    } catch (error) {
      // A code is of use once only: whatever went wrong, this attempt is over.
      return this.#failed(error, request, ended);
    }
  }

  async #logout(request: HttpRequest, cookies: Cookies): Promise<HttpResponse> {
    request.body.cancel();
    if (request.method !== "GET" && request.method !== "POST")
      return refusal(405, "Log out with GET or POST.");
    // A foreign page's image, or form, must not end anybody's session.
    if (request.headers.get("sec-fetch-site") === "cross-site")
      return refusal(403, "Log out from this site.");
    const loaded = await this.#sessions.load(cookies);
    const setCookies = await this.#sessions.remove(cookies, loaded);
    const elsewhere = loaded && (await this.#provider.logoutUrl(loaded.session.idToken));
    return redirect(elsewhere ?? this.#options.afterLogoutUrl, setCookies);
  }

  /** Errors of ours become answers that say what to do; any other one is for those around. */
  #failed(error: unknown, request: HttpRequest, setCookies: readonly string[] = []): HttpResponse {
    const advice = adviceFor(error);
    if (advice === undefined) throw error;
    request.body.cancel();
    this.#options.onFailure(error as Error);
    return refusal((error as { readonly status: number }).status, advice, setCookies);
  }
}

const nobody: RefreshedSession = { session: undefined, setCookies: [] };

/** Somebody looks at a page, so that a redirect leads to another page. */
const isNavigation = ({ method, headers, upgrade }: HttpRequest): boolean =>
  (method === "GET" || method === "HEAD") &&
  !upgrade &&
  headers.getList("accept").some((type) => /^text\/html\s*(?:;|$)/i.test(type));

function adviceFor(error: unknown): string | undefined {
  if (error instanceof OpenidProviderError || error instanceof OpenidStoreError)
    return "The login service does not answer as it should. Try again in a moment.";
  if (error instanceof OpenidSessionTooLargeError)
    return "The login cannot be kept. Tell who runs this site.";
  if (!(error instanceof OpenidLoginError)) return undefined;
  return error.problem === "refused-by-provider"
    ? "The login service did not let you in."
    : "This login is over, or was not begun in this browser. Open the page that you came for again.";
}

/** The layer of {@link Openid}: outside of routes. `make` rejects with ERR_OPENID_OPTIONS. */
export const openid = <Context extends object>(
  options: OpenidOptions,
  inner: MakeService<HttpHandler<Context>>,
): MakeService<Openid<Context>> =>
  makeLayered(Openid<Context>, inner, (next, previous) => new Openid(next, options, previous));
