import * as client from "openid-client";
import type { OpenidProviderError } from "./errors.ts";
import type { LoginAttempt } from "./login-attempts.ts";
import type { ResolvedOpenidOptions } from "./options.ts";
import { loginFailure, providerFailure } from "./provider-failure.ts";

/** What the provider gave for a login, or a refresh. */
export interface Tokens {
  readonly claims: Readonly<Record<string, unknown>> | undefined;
  readonly idToken: string | undefined;
  readonly refreshToken: string | undefined;
  /** Of the access token; undefined where the provider does not say. */
  readonly expiresInSeconds: number | undefined;
}

/** After a discovery that failed, the next one waits this long: a provider that is down is not asked for each request. */
const retryMs = 1_000;

/**
 * The provider, as openid-client sees it: discovered with the first login and then known. Every call rejects with
 * ERR_OPENID_PROVIDER or ERR_OPENID_LOGIN.
 */
export class Provider {
  readonly #options: ResolvedOpenidOptions;
  #discovery: Promise<client.Configuration> | undefined = undefined;

  /** `previous`: what it found out goes on when the same client asks the same provider in the same way. */
  constructor(options: ResolvedOpenidOptions, previous?: Provider) {
    this.#options = options;
    if (previous !== undefined && asksAlike(options, previous.#options)) void this.#keep(previous.#discovery);
  }

  /** Where to send somebody who wants to log in. */
  async loginUrl(attempt: LoginAttempt): Promise<string> {
    const configuration = await this.#configuration();
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: this.#options.redirectUrl,
      scope: this.#options.scopes.join(" "),
      state: attempt.state,
      nonce: attempt.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(attempt.codeVerifier),
      code_challenge_method: "S256",
    });
    return url.href;
  }

  /** Exchanges what somebody brought back for tokens. `search` is the query of the request, `?` included. */
  async finishLogin(attempt: LoginAttempt, search: string): Promise<Tokens> {
    const configuration = await this.#configuration();
    const url = new URL(this.#options.redirectUrl);
    url.search = search;
    const tokens = await this.#asking("code exchange", () =>
      client.authorizationCodeGrant(configuration, url, {
        pkceCodeVerifier: attempt.codeVerifier,
        expectedState: attempt.state,
        expectedNonce: attempt.nonce,
        idTokenExpected: true,
      }),
    );
    return await this.#withUserInformation(configuration, tokens);
  }

  /** Asks whether a session still holds. */
  async refresh(refreshToken: string): Promise<Tokens> {
    const configuration = await this.#configuration();
    const tokens = await this.#asking("refresh", () => client.refreshTokenGrant(configuration, refreshToken));
    return asTokens(tokens, tokens.claims());
  }

  /** Where to send somebody who logs out; undefined where the provider has no place for that, or cannot be asked. */
  async logoutUrl(idToken: string | undefined): Promise<string | undefined> {
    const configuration = await this.#configuration().catch(() => undefined);
    if (configuration?.serverMetadata().end_session_endpoint === undefined) return undefined;
    const after = new URL(this.#options.afterLogoutUrl, this.#options.redirectUrl).href;
    return client.buildEndSessionUrl(configuration, {
      post_logout_redirect_uri: after,
      ...(idToken !== undefined && { id_token_hint: idToken }),
    }).href;
  }

  /** Many providers tell what is not in the ID token only who asks for it (OpenID Connect Core section 5.4). */
  async #withUserInformation(configuration: client.Configuration, tokens: TokenAnswer): Promise<Tokens> {
    const claims = tokens.claims() as Readonly<Record<string, unknown>> & { readonly sub: string };
    const { claimHeaders, claims: kept } = this.#options;
    const missing = [...kept, ...Object.keys(claimHeaders)].some((name) => claims[name] === undefined);
    if (!missing || configuration.serverMetadata().userinfo_endpoint === undefined)
      return asTokens(tokens, claims);
    const information = await this.#asking("user information", () =>
      client.fetchUserInfo(configuration, tokens.access_token, claims.sub),
    );
    return asTokens(tokens, { ...information, ...claims });
  }

  #configuration(): Promise<client.Configuration> {
    return this.#discovery ?? this.#keep(this.#discover());
  }

  /** Until it fails, and a little longer. */
  #keep<Discovery extends Promise<client.Configuration> | undefined>(discovery: Discovery): Discovery {
    this.#discovery = discovery;
    discovery?.catch(() => {
      setTimeout(() => {
        this.#discovery = undefined;
      }, retryMs).unref();
    });
    return discovery;
  }

  #discover(): Promise<client.Configuration> {
    const { issuerUrl, clientId, clientSecret, timeoutMs, clockToleranceMs, allowInsecureIssuer } =
      this.#options;
    return this.#asking("discovery", () =>
      client.discovery(
        new URL(issuerUrl),
        clientId,
        { [client.clockTolerance]: clockToleranceMs / 1000 },
        clientSecret === undefined ? client.None() : client.ClientSecretBasic(clientSecret),
        {
          timeout: timeoutMs / 1000,
          // Signatures of ID tokens are checked, also where TLS would be enough (Core section 3.1.3.7).
          execute: [
            client.enableNonRepudiationChecks,
            ...(allowInsecureIssuer ? [client.allowInsecureRequests] : []),
          ],
        },
      ),
    );
  }

  async #asking<Answer>(step: OpenidProviderError["step"], ask: () => Promise<Answer>): Promise<Answer> {
    try {
      return await ask();
    } catch (error) {
      const login = step === "discovery" ? undefined : loginFailure(error);
      throw login ?? providerFailure(error, this.#options.issuerUrl, step);
    }
  }
}

/** Whether a discovery for one of them is one for the other. */
function asksAlike(one: ResolvedOpenidOptions, other: ResolvedOpenidOptions): boolean {
  const asked = (options: ResolvedOpenidOptions) => {
    const { issuerUrl, clientId, clientSecret, timeoutMs, clockToleranceMs, allowInsecureIssuer } = options;
    return JSON.stringify([
      issuerUrl,
      clientId,
      clientSecret,
      timeoutMs,
      clockToleranceMs,
      allowInsecureIssuer,
    ]);
  };
  return asked(one) === asked(other);
}

type TokenAnswer = Awaited<ReturnType<typeof client.authorizationCodeGrant>>;

const asTokens = (answer: TokenAnswer, claims: Tokens["claims"]): Tokens => ({
  claims,
  idToken: answer.id_token,
  refreshToken: answer.refresh_token,
  expiresInSeconds: answer.expires_in,
});
