// The layer, and what it puts into contexts.

export { Openid, openid, openidClaims } from "./openid.ts";
export type { OpenidOptions } from "./options.ts";
export type { Claims } from "./session.ts";
export type { SessionStore } from "./session-store.ts";

// Sessions elsewhere than in cookies.

export type { RedisStore, RedisStoreOptions } from "./redis-store.ts";
export { createRedisStore } from "./redis-store.ts";

// What can go wrong.

export type { LoginProblem } from "./errors.ts";
export {
  OpenidLoginError,
  OpenidOptionsError,
  OpenidProviderError,
  OpenidSessionTooLargeError,
  OpenidStoreError,
} from "./errors.ts";
