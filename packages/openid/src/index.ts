// The layer, and what it puts into contexts.

export { Openid, openid, openidClaims } from "./openid.ts";
export type { OpenidOptions } from "./options.ts";
export type { Claims } from "./session.ts";
export type { SessionStore } from "./session-store.ts";

// What can go wrong.

export type { LoginProblem } from "./errors.ts";
export {
  OpenidLoginError,
  OpenidOptionsError,
  OpenidProviderError,
  OpenidSessionTooLargeError,
} from "./errors.ts";
