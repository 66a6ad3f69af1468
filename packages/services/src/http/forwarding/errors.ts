import { defineError } from "@monolake/errors";

/** An entry of a list of trusted proxies is neither an address nor a network. */
export class TrustedProxyInvalidError extends defineError({
  code: "ERR_TRUSTED_PROXY_INVALID",
  source: "internal",
  retryable: false,
  message: (fields: { readonly entry: string }) =>
    `trusted proxy: expected an address, a network such as 10.0.0.0/8, or unix, found ${JSON.stringify(fields.entry)}`,
}) {}
