import { defineError } from "@monolake/errors";

/** The provider could not be asked, did not answer in time (503), or answered with what makes no sense (502). */
export class OpenidProviderError extends defineError({
  code: "ERR_OPENID_PROVIDER",
  source: "upstream",
  retryable: true,
  message: (fields: {
    readonly issuer: string;
    readonly step: "discovery" | "code exchange" | "user information" | "refresh";
    /** A code of the provider or of who asked it. */
    readonly reason: string;
    readonly status: 502 | 503;
  }) => `the OpenID provider ${fields.issuer} failed at ${fields.step}: ${fields.reason}`,
}) {}

/** Why a login did not come to a session. */
export type LoginProblem = "unknown-attempt" | "refused-by-provider" | "invalid-answer";

/** Somebody came back from the provider without a login: refused there, too late, or with an answer that is not for this browser. */
export class OpenidLoginError extends defineError({
  code: "ERR_OPENID_LOGIN",
  source: "downstream",
  retryable: false,
  message: (fields: {
    readonly problem: LoginProblem;
    readonly reason: string;
    readonly status: 400 | 403;
  }) => `a login failed (${fields.problem}): ${fields.reason}`,
}) {}

/** A session with its tokens and claims does not fit into cookies. Fewer claims or a session store help. */
export class OpenidSessionTooLargeError extends defineError({
  code: "ERR_OPENID_SESSION_TOO_LARGE",
  source: "internal",
  retryable: false,
  message: (fields: { readonly bytes: number; readonly maxBytes: number; readonly status: 500 }) =>
    `a session of ${fields.bytes} bytes does not fit into cookies of ${fields.maxBytes} together`,
}) {}

/** The store of sessions could not be asked. Answered with 503. */
export class OpenidStoreError extends defineError({
  code: "ERR_OPENID_STORE",
  source: "upstream",
  retryable: true,
  message: (fields: { readonly command: string; readonly reason: string; readonly status: 503 }) =>
    `the store of sessions failed at ${fields.command}: ${fields.reason}`,
}) {}

/** The options of the login cannot be used. */
export class OpenidOptionsError extends defineError({
  code: "ERR_OPENID_OPTIONS",
  source: "internal",
  retryable: false,
  message: (fields: { readonly option: string; readonly expected: string }) =>
    `option ${fields.option} of the OpenID login: expected ${fields.expected}`,
}) {}
