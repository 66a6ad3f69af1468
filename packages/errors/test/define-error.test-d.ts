import { defineError, type ErrorClass, MonolakeError } from "@monolake/errors";
import { DialTimeoutError, SiteNotExistError } from "./site-errors.ts";

const error = new DialTimeoutError({ address: "a:1", timeoutMs: 5, cause: 1 });
export const code: "ERR_TEST_DIAL_TIMEOUT" = error.code;
export const timeoutMs: number = error.timeoutMs;
export const base: MonolakeError = error;
export const errorClass: ErrorClass<"ERR_TEST_SITE_NOT_EXIST", { site: string }> = SiteNotExistError;

// @ts-expect-error a field is missing
new DialTimeoutError({ address: "a:1" });
// @ts-expect-error a class with fields needs them
new SiteNotExistError();
// @ts-expect-error the fields of an error are not changed
error.timeoutMs = 6;
// @ts-expect-error the base is made by defineError only
new MonolakeError("x");

export class NamedError extends defineError({
  code: "ERR_TEST_NAMED",
  source: "internal",
  retryable: false,
  // @ts-expect-error 'name' is what every error has already
  message: (f: { name: string }) => `no ${f.name}`,
}) {}

export class WrongSourceError extends defineError({
  code: "ERR_TEST_WRONG_SOURCE",
  // @ts-expect-error there is no such source
  source: "elsewhere",
  retryable: false,
  message: () => "no",
}) {}
