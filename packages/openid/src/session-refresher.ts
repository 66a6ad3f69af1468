import { setTimeout } from "node:timers/promises";
import type { Cookies } from "./cookies.ts";
import { makeSession, type SessionOptions } from "./make-session.ts";
import type { ResolvedOpenidOptions } from "./options.ts";
import type { Provider } from "./provider.ts";
import { isRefusedGrant } from "./provider-failure.ts";
import { nowSeconds, type Session } from "./session.ts";
import type { SessionStore } from "./session-store.ts";
import type { LoadedSession, Sessions } from "./sessions.ts";

/** A session that was looked at: undefined when it is over; `setCookies` tell the browser. */
export interface RefreshedSession {
  readonly session: Session | undefined;
  readonly setCookies: readonly string[];
}

/** Requests that were on their way with the session as it was get what became of it for so long. */
const rememberedMs = 60_000;
const maxRemembered = 1_000;
/** How long one worker may take for a refresh before another one tries. */
const lockMs = 15_000;
const lookAgainMs = 50;

/** What a session is made of, and where it is kept. */
export type RefreshOptions = SessionOptions & Pick<ResolvedOpenidOptions, "sessionStore">;

/**
 * Renews sessions whose time has come. Of requests that come together with one session a single one asks the provider, which
 * may give a new refresh token for the old one and take the second use of that for theft.
 */
export class SessionRefresher {
  readonly #provider: Provider;
  readonly #sessions: Sessions;
  readonly #store: SessionStore | undefined;
  readonly #options: RefreshOptions;
  /** By the session as it was. */
  readonly #running: Map<string, Promise<RefreshedSession>>;

  /** `previous`: what became of sessions there holds here, too. In a store it is found by whoever looks. */
  constructor(provider: Provider, sessions: Sessions, options: RefreshOptions, previous?: SessionRefresher) {
    const goesOn =
      previous !== undefined && previous.#store === undefined && options.sessionStore === undefined;
    this.#running = goesOn ? previous.#running : new Map();
    this.#provider = provider;
    this.#sessions = sessions;
    this.#options = options;
    this.#store = options.sessionStore;
  }

  /** The session as it is, or renewed. Rejects with ERR_OPENID_PROVIDER when that cannot be found out. */
  look(loaded: LoadedSession, present: Cookies): RefreshedSession | Promise<RefreshedSession> {
    const { session, key } = loaded;
    if (session.refreshAt === undefined || session.refreshAt > nowSeconds())
      return { session, setCookies: [] };
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const refreshing = this.#renew(loaded, present);
    if (this.#running.size >= maxRemembered) this.#running.clear();
    this.#running.set(key, refreshing);
    const forget = () => {
      if (this.#running.get(key) === refreshing) this.#running.delete(key);
    };
    // In a store the session itself is the new one from then on.
    const keepMs = this.#store === undefined ? rememberedMs : 0;
    refreshing.then(() => void globalThis.setTimeout(forget, keepMs).unref(), forget);
    return refreshing;
  }

  async #renew(loaded: LoadedSession, present: Cookies): Promise<RefreshedSession> {
    const store = this.#store;
    if (store !== undefined && !(await store.lock(loaded.key, lockMs))) return this.#renewedElsewhere(loaded);
    const current = store === undefined ? loaded : await this.#sessions.reload(loaded.key);
    if (current === undefined) return { session: undefined, setCookies: [] };
    const { session } = current;
    try {
      const tokens = await this.#provider.refresh(session.refreshToken ?? "");
      const renewed = makeSession(tokens, this.#options, session);
      if (renewed === undefined) return await this.#over(present, current);
      return { session: renewed, setCookies: await this.#sessions.save(renewed, present, current) };
    } catch (error) {
      if (isRefusedGrant(error)) return await this.#over(present, current);
      throw error;
    }
  }

  async #over(present: Cookies, loaded: LoadedSession): Promise<RefreshedSession> {
    return { session: undefined, setCookies: await this.#sessions.remove(present, loaded) };
  }

  /** Somebody else asks the provider: waits for what comes of it. */
  async #renewedElsewhere({ key, session }: LoadedSession): Promise<RefreshedSession> {
    for (let waitedMs = 0; waitedMs < lockMs; waitedMs += lookAgainMs) {
      await setTimeout(lookAgainMs);
      const current = await this.#sessions.reload(key);
      if (current === undefined || current.session.refreshAt !== session.refreshAt)
        return { session: current?.session, setCookies: [] };
    }
    return { session: undefined, setCookies: [] };
  }
}
