import { AuthorizationResponseError, ClientError, ResponseBodyError } from "openid-client";
import { OpenidLoginError, OpenidProviderError } from "./errors.ts";

/** Codes of openid-client for an answer that is not for this login: a wrong nonce, issuer, audience, time or signature. */
const untrustworthy = new Set([
  "OAUTH_INVALID_RESPONSE",
  "OAUTH_JWT_CLAIM_COMPARISON_FAILED",
  "OAUTH_JWT_TIMESTAMP_CHECK_FAILED",
  "OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED",
]);

/** Whether the provider says that a code or a refresh token is no good (any more). */
export const isRefusedGrant = (error: unknown): boolean =>
  error instanceof OpenidLoginError && error.problem === "invalid-answer";

/**
 * The error for what is wrong with the login and not with the provider; undefined for anything else. What is told of it is a
 * code: the answers themselves have tokens in them, and so has what openid-client gives as their cause.
 */
export function loginFailure(error: unknown): OpenidLoginError | undefined {
  if (error instanceof AuthorizationResponseError)
    return new OpenidLoginError({ problem: "refused-by-provider", reason: codeOf(error.error), status: 403 });
  if (error instanceof ResponseBodyError && error.error === "invalid_grant")
    return new OpenidLoginError({ problem: "invalid-answer", reason: "invalid_grant", status: 400 });
  if (error instanceof ClientError && untrustworthy.has(error.code ?? ""))
    return new OpenidLoginError({ problem: "invalid-answer", reason: codeOf(error.code), status: 400 });
  return undefined;
}

/** The error for a provider that cannot be reached (503), or that answers with what makes no sense (502). */
export function providerFailure(
  error: unknown,
  issuer: string,
  step: OpenidProviderError["step"],
): OpenidProviderError {
  const code = causeCode(error);
  const answered =
    error instanceof ResponseBodyError || (error instanceof ClientError && code !== "OAUTH_TIMEOUT");
  return new OpenidProviderError({ issuer, step, reason: code, status: answered ? 502 : 503 });
}

function causeCode(error: unknown): string {
  if (error instanceof ResponseBodyError) return codeOf(error.error);
  const { code, cause } = error as { readonly code?: unknown; readonly cause?: { readonly code?: unknown } };
  return codeOf(code ?? cause?.code ?? (error instanceof Error ? error.name : undefined));
}

/** Only what looks like a code: anything else may have come from outside. */
const codeOf = (code: unknown): string =>
  typeof code === "string" && /^[\w-]{1,60}$/.test(code) ? code : "unknown";
