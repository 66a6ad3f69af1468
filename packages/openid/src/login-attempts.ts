import { randomNonce, randomPKCECodeVerifier, randomState } from "openid-client";
import type { CookieMaker, Cookies } from "./cookies.ts";
import type { Sealer } from "./sealer.ts";

/** A login that has begun: what the answer is compared with, and where it leads. */
export interface LoginAttempt {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly returnTo: string;
}

/** How long somebody may take at the provider. */
const maxAgeSeconds = 600;
/** Of one browser at a time, as in several tabs; with one more the others are forgotten. */
const maxAttempts = 5;

/** Keeps login attempts in encrypted cookies, each in one of its own, so that only the browser that began one can end it. */
export class LoginAttempts {
  readonly #sealer: Sealer;
  readonly #maker: CookieMaker;
  readonly #prefix: string;

  constructor(sealer: Sealer, maker: CookieMaker, name: string) {
    this.#sealer = sealer;
    this.#maker = maker;
    this.#prefix = `${maker.name(name)}-login.`;
  }

  isOwn(cookie: string): boolean {
    return cookie.startsWith(this.#prefix);
  }

  /** A new attempt, and the Set-Cookie values that keep it. */
  async begin(returnTo: string, present: Cookies): Promise<{ attempt: LoginAttempt; setCookies: string[] }> {
    const attempt = {
      state: randomState(),
      nonce: randomNonce(),
      codeVerifier: randomPKCECodeVerifier(),
      returnTo,
    };
    const sealed = await this.#sealer.seal("login", attempt, maxAgeSeconds);
    const others = [...present.keys()].filter((name) => this.isOwn(name));
    const forgotten = others.length < maxAttempts ? [] : others.map((name) => this.#maker.expire(name));
    return {
      attempt,
      setCookies: [...forgotten, this.#maker.set(this.#name(attempt.state), sealed, maxAgeSeconds)],
    };
  }

  /** The attempt that an answer with this state belongs to, if it was begun in this browser and is not too old. */
  async find(state: string, present: Cookies): Promise<LoginAttempt | undefined> {
    const sealed = present.get(this.#name(state));
    if (sealed === undefined) return undefined;
    const attempt = (await this.#sealer.open("login", sealed)) as LoginAttempt | undefined;
    return attempt?.state === state ? attempt : undefined;
  }

  /** Set-Cookie values that end it, so that its answer is of no more use. */
  end(state: string): string[] {
    return [this.#maker.expire(this.#name(state))];
  }

  #name(state: string): string {
    return `${this.#prefix}${state.replace(/[^\w-]/g, "").slice(0, 12)}`;
  }
}
