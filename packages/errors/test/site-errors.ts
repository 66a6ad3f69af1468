import { defineError } from "@monolake/errors";

/** Two errors of a package that both the tests and their worker thread load. */
export class SiteNotExistError extends defineError({
  code: "ERR_TEST_SITE_NOT_EXIST",
  source: "internal",
  retryable: false,
  message: (f: { site: string }) => `site ${f.site} does not exist`,
}) {}

export class DialTimeoutError extends defineError({
  code: "ERR_TEST_DIAL_TIMEOUT",
  source: "upstream",
  retryable: true,
  message: (f: { address: string; timeoutMs: number }) =>
    `connecting to ${f.address} took longer than ${f.timeoutMs} ms`,
}) {}
