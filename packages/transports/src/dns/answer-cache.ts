import { NameNotFoundError, ResolverFailedError } from "../errors.ts";
import type { Answer, DnsQuery } from "./dns-query.ts";
import type { Address } from "./resolver.ts";

/** How long answers hold, in milliseconds, and how many are kept. */
export interface AnswerCacheOptions {
  readonly maxEntries: number;
  readonly minTtlMs: number;
  readonly maxTtlMs: number;
  readonly negativeTtlMs: number;
  readonly maxStaleMs: number;
}

interface Entry {
  addresses: readonly Address[] | undefined;
  expiresMs: number;
  error: unknown;
  errorUntilMs: number;
  refreshing: Promise<readonly Address[]> | undefined;
}

/** While old addresses may still serve, nobody waits longer than this for new ones. */
const refreshPatienceMs = 200;

/**
 * Answers by name: each holds as long as its record says, the least recently used go first. A name is asked for once at a
 * time, whoever needs it. While resolvers fail, the last addresses go on being used for a while.
 */
export class AnswerCache {
  readonly #query: DnsQuery;
  readonly #options: AnswerCacheOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(query: DnsQuery, options: AnswerCacheOptions) {
    this.#query = query;
    this.#options = options;
  }

  /** How many names are kept. */
  get size(): number {
    return this.#entries.size;
  }

  /** The addresses of `name`. Rejects as the query does. */
  async find(name: string): Promise<readonly Address[]> {
    const entry = this.#entryOf(name);
    const nowMs = performance.now();
    const { addresses } = entry;
    if (addresses !== undefined && nowMs < entry.expiresMs) return addresses;
    const stale = nowMs < entry.expiresMs + this.#options.maxStaleMs ? addresses : undefined;
    if (nowMs < entry.errorUntilMs) {
      if (stale !== undefined) return stale;
      throw entry.error;
    }
    entry.refreshing ??= this.#refresh(name, entry);
    return stale === undefined ? entry.refreshing : freshOrStale(entry.refreshing, stale);
  }

  #entryOf(name: string): Entry {
    let entry = this.#entries.get(name);
    if (entry === undefined) {
      this.#makeRoom(name);
      entry = {
        addresses: undefined,
        expiresMs: 0,
        error: undefined,
        errorUntilMs: 0,
        refreshing: undefined,
      };
    } else {
      this.#entries.delete(name);
    }
    // The map's order is that of use.
    this.#entries.set(name, entry);
    return entry;
  }

  #makeRoom(name: string): void {
    if (this.#entries.size < this.#options.maxEntries) return;
    for (const [oldest, { refreshing }] of this.#entries) {
      if (refreshing !== undefined) continue;
      this.#entries.delete(oldest);
      return;
    }
    throw new ResolverFailedError({ host: name, systemCode: "too many names at once" });
  }

  async #refresh(name: string, entry: Entry): Promise<readonly Address[]> {
    try {
      const { addresses, ttlMs }: Answer = await this.#query(name);
      const { minTtlMs, maxTtlMs } = this.#options;
      entry.addresses = addresses;
      entry.expiresMs = performance.now() + Math.min(Math.max(ttlMs, minTtlMs), maxTtlMs);
      entry.error = undefined;
      entry.errorUntilMs = 0;
      return addresses;
    } catch (error) {
      entry.error = error;
      entry.errorUntilMs = performance.now() + this.#options.negativeTtlMs;
      // This one is an answer; the other failures only mean that there was none.
      if (error instanceof NameNotFoundError) entry.addresses = undefined;
      throw error;
    } finally {
      entry.refreshing = undefined;
    }
  }
}

/** The new addresses if they come soon; the old ones if that takes long or fails for want of an answer. */
function freshOrStale(
  refreshing: Promise<readonly Address[]>,
  stale: readonly Address[],
): Promise<readonly Address[]> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, refreshPatienceMs, stale);
    refreshing
      .then(resolve, (error: unknown) =>
        error instanceof NameNotFoundError ? reject(error) : resolve(stale),
      )
      .finally(() => clearTimeout(timer));
  });
}
