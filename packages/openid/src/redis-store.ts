import { OpenidOptionsError, OpenidStoreError } from "./errors.ts";
import type { SessionStore } from "./session-store.ts";

/** Where a Redis is, and how it is used. */
export interface RedisStoreOptions {
  /** `redis://[user:password@]host:port[/database]`, or `rediss:` for TLS. */
  readonly url: string;
  /** Of all keys. Default `monolake:session:`. */
  readonly prefix?: string;
  /** For a connection, and for each command. Default 2,000. */
  readonly timeoutMs?: number;
}

/** A store that can be closed. */
export interface RedisStore extends SessionStore {
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/**
 * Keeps sessions in Redis, or what speaks its protocol, by the package `@redis/client`, which has to be installed beside this
 * one: ERR_OPENID_OPTIONS when it is not. The connection is opened in the background and again whenever it breaks; while there is
 * none, every call rejects with ERR_OPENID_STORE.
 */
export async function createRedisStore(options: RedisStoreOptions): Promise<RedisStore> {
  const { url, prefix = "monolake:session:", timeoutMs = 2_000 } = options;
  return storeOn(await connect(url, timeoutMs), prefix, timeoutMs);
}

async function connect(url: string, timeoutMs: number) {
  const { createClient } = await redisPackage();
  const client = createClient({
    url,
    commandOptions: { timeout: timeoutMs },
    socket: {
      connectTimeout: timeoutMs,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, timeoutMs),
    },
  });
  // It goes on by itself; each command says what is wrong.
  client.on("error", () => {});
  client.connect().catch(() => {});
  return client;
}

type RedisClient = Awaited<ReturnType<typeof connect>>;

const storeOn = (client: RedisClient, prefix: string, timeoutMs: number): RedisStore => ({
  get: async (id) => (await asking("get", timeoutMs, client.get(prefix + id))) ?? undefined,
  async set(id, value, maxAgeMs) {
    await asking(
      "set",
      timeoutMs,
      client.set(prefix + id, value, { expiration: { type: "PX", value: maxAgeMs } }),
    );
  },
  async delete(id) {
    await asking("delete", timeoutMs, client.del(prefix + id));
  },
  async lock(id, maxAgeMs) {
    const key = `${prefix}lock:${id}`;
    const expiration = { type: "PX", value: maxAgeMs } as const;
    return (await asking("lock", timeoutMs, client.set(key, "1", { condition: "NX", expiration }))) !== null;
  },
  async [Symbol.asyncDispose]() {
    // A connection on its way is not ended by that, but as soon as it is there.
    client.on("connect", () => client.destroy());
    client.destroy();
  },
});

async function redisPackage(): Promise<typeof import("@redis/client")> {
  try {
    return await import("@redis/client");
  } catch (error) {
    const expected = "the package @redis/client to be installed beside @monolake/openid";
    throw new OpenidOptionsError({ option: "sessionStore", expected, cause: error });
  }
}

/** The answer to a command; one that was sent and is not answered has an end, too. */
async function asking<Answer>(command: string, timeoutMs: number, answer: Promise<Answer>): Promise<Answer> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("no answer")), timeoutMs);
  try {
    return await Promise.race([answer, late]);
  } catch (error) {
    answer.catch(() => {});
    const { code, name } = error as { readonly code?: unknown; readonly name: string };
    throw new OpenidStoreError({ command, reason: typeof code === "string" ? code : name, status: 503 });
  } finally {
    clearTimeout(timer);
  }
}
