import type { CookieMaker, Cookies } from "./cookies.ts";
import { OpenidSessionTooLargeError } from "./errors.ts";

/** With name and attributes a cookie has to stay below 4,096 bytes (RFC 6265 section 6.1). */
const bytesOfPart = 3_800;
/** All parts come with every request: more than this is not for cookies. */
const maxParts = 4;
const separator = "~";

/** A text in as many cookies as it needs: the first one says how many there are. */
export class SessionCookies {
  readonly #maker: CookieMaker;
  readonly #name: string;

  constructor(maker: CookieMaker, name: string) {
    this.#maker = maker;
    this.#name = maker.name(name);
  }

  /** Whether a cookie is one of them, so that nobody behind gets it. */
  isOwn(name: string): boolean {
    return name === this.#name || name.startsWith(`${this.#name}.`);
  }

  read(cookies: Cookies): string | undefined {
    const first = cookies.get(this.#name);
    const end = first?.indexOf(separator) ?? -1;
    if (first === undefined || end === -1) return undefined;
    const parts = Number(first.slice(0, end));
    if (!(parts >= 1 && parts <= maxParts)) return undefined;
    let text = first.slice(end + 1);
    for (let part = 1; part < parts; part += 1) {
      const more = cookies.get(this.#partName(part));
      if (more === undefined) return undefined;
      text += more;
    }
    return text;
  }

  /** Set-Cookie values. Throws ERR_OPENID_SESSION_TOO_LARGE. */
  write(text: string, maxAgeSeconds: number, present: Cookies): string[] {
    const parts = Math.ceil(text.length / bytesOfPart);
    if (parts > maxParts)
      throw new OpenidSessionTooLargeError({
        bytes: text.length,
        maxBytes: maxParts * bytesOfPart,
        status: 500,
      });
    const set: string[] = [];
    for (let part = 0; part < parts; part += 1) {
      const content = text.slice(part * bytesOfPart, (part + 1) * bytesOfPart);
      const value = part === 0 ? `${parts}${separator}${content}` : content;
      set.push(this.#maker.set(this.#partName(part), value, maxAgeSeconds));
    }
    return [...set, ...this.#expire(present, parts)];
  }

  /** Set-Cookie values that take away what the browser has. */
  remove(present: Cookies): string[] {
    return this.#expire(present, 0);
  }

  #expire(present: Cookies, from: number): string[] {
    const names = Array.from({ length: maxParts }, (_, part) => this.#partName(part)).slice(from);
    return names.filter((name) => present.has(name)).map((name) => this.#maker.expire(name));
  }

  #partName(part: number): string {
    return part === 0 ? this.#name : `${this.#name}.${part}`;
  }
}
