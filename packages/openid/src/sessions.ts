import { randomBytes } from "node:crypto";
import type { Cookies } from "./cookies.ts";
import type { Sealer } from "./sealer.ts";
import { asSession, nowSeconds, type Session } from "./session.ts";
import type { SessionCookies } from "./session-cookies.ts";
import type { SessionStore } from "./session-store.ts";

/** A session as a browser brought it. */
export interface LoadedSession {
  readonly session: Session;
  /** The same for as long as the session is the same: of requests that come together, all but one wait for its refresh. */
  readonly key: string;
}

const maxRemembered = 1_000;

/** Reads and writes sessions: in cookies as a whole, or in a store whose key is in a cookie. */
export class Sessions {
  readonly #sealer: Sealer;
  readonly #cookies: SessionCookies;
  readonly #store: SessionStore | undefined;
  /** What was opened, so that a browser's next requests need no cryptography. */
  readonly #opened = new Map<string, unknown>();

  constructor(sealer: Sealer, cookies: SessionCookies, store: SessionStore | undefined) {
    this.#sealer = sealer;
    this.#cookies = cookies;
    this.#store = store;
  }

  isOwn(cookie: string): boolean {
    return this.#cookies.isOwn(cookie);
  }

  /** Undefined: nobody is logged in. */
  async load(cookies: Cookies): Promise<LoadedSession | undefined> {
    const sealed = this.#cookies.read(cookies);
    if (sealed === undefined) return undefined;
    const content = await this.#open(sealed);
    if (this.#store === undefined) return loaded(content, sealed);
    return typeof content === "string" ? this.reload(content) : undefined;
  }

  /** From the store: the session as it is now. */
  async reload(id: string): Promise<LoadedSession | undefined> {
    const stored = await this.#store?.get(id);
    return stored === undefined ? undefined : loaded(await this.#sealer.open("session", stored), id);
  }

  /** Writes a session, a new one or in the place of `earlier`; the Set-Cookie values for it. */
  async save(session: Session, present: Cookies, earlier?: LoadedSession): Promise<string[]> {
    const seconds = Math.max(1, session.endsAt - nowSeconds());
    const sealed = await this.#sealer.seal("session", session, seconds);
    if (this.#store === undefined) return this.#cookies.write(sealed, seconds, present);
    const id = earlier?.key ?? randomBytes(24).toString("base64url");
    await this.#store.set(id, sealed, seconds * 1000);
    if (earlier !== undefined) return [];
    return this.#cookies.write(await this.#sealer.seal("session", id, seconds), seconds, present);
  }

  /** Ends a session; the Set-Cookie values that take it from the browser. */
  async remove(present: Cookies, session: LoadedSession | undefined): Promise<string[]> {
    if (session !== undefined) await this.#store?.delete(session.key);
    return this.#cookies.remove(present);
  }

  async #open(sealed: string): Promise<unknown> {
    const remembered = this.#opened.get(sealed);
    if (remembered !== undefined) return remembered;
    const content = await this.#sealer.open("session", sealed);
    if (content === undefined) return undefined;
    if (this.#opened.size >= maxRemembered) this.#opened.clear();
    this.#opened.set(sealed, content);
    return content;
  }
}

function loaded(content: unknown, key: string): LoadedSession | undefined {
  const session = asSession(content);
  return session === undefined ? undefined : { session, key };
}
