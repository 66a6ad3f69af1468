import { inspect } from "node:util";
import { conflictingErrors, definedError, definedErrors, defineError, MonolakeError } from "@monolake/errors";
import { expect, it } from "vitest";
import { DialTimeoutError, SiteNotExistError } from "./site-errors.ts";

/** What a package does when it is loaded: defines its error. Two calls are two loads. */
const loadQuota = () => {
  class QuotaError extends defineError({
    code: "ERR_TEST_QUOTA",
    source: "downstream",
    retryable: false,
    message: (f: { limit: number }) => `quota of ${f.limit} is used up`,
  }) {}
  return QuotaError;
};

it("has the class's name, code, source, retryable, its data and its cause", () => {
  const cause = new Error("why");
  const error = new DialTimeoutError({ address: "a:1", timeoutMs: 5, cause });
  expect(error).toBeInstanceOf(Error);
  expect(error.name).toBe("DialTimeoutError");
  expect(error.message).toBe("connecting to a:1 took longer than 5 ms");
  expect(error.code).toBe("ERR_TEST_DIAL_TIMEOUT");
  expect(error.source).toBe("upstream");
  expect(error.retryable).toBe(true);
  expect(error.address).toBe("a:1");
  expect(error.cause).toBe(cause);
  const { code, source, retryable } = DialTimeoutError;
  expect({ code, source, retryable }).toEqual({ code: error.code, source: "upstream", retryable: true });
});

it("begins its stack with its own name, and prints like any error", () => {
  const error = new SiteNotExistError({ site: "a" });
  expect(error.stack).toMatch(/^SiteNotExistError: site a does not exist\n {4}at /);
  expect(inspect(error)).toMatch(/^SiteNotExistError: site a does not exist\n/);
  expect(Object.keys(error).sort()).toEqual(["code", "retryable", "site", "source"]);
});

it("has no cause when none was given", () => {
  expect("cause" in new SiteNotExistError({ site: "a" })).toBe(false);
});

it("lets somebody rename one error", () => {
  const error = new SiteNotExistError({ site: "a" });
  error.name = "Renamed";
  expect(String(error)).toBe("Renamed: site a does not exist");
  expect(new SiteNotExistError({ site: "a" }).name).toBe("SiteNotExistError");
});

it("needs no data when its message needs none", () => {
  class ClosedError extends defineError({
    code: "ERR_TEST_CLOSED",
    source: "internal",
    retryable: false,
    message: () => "closed already",
  }) {}
  expect(new ClosedError().message).toBe("closed already");
  expect(new ClosedError({ cause: 1 }).cause).toBe(1);
});

it("knows its instances by code, and other things not at all", () => {
  expect(new SiteNotExistError({ site: "a" })).not.toBeInstanceOf(DialTimeoutError);
  for (const other of [
    undefined,
    null,
    1,
    "ERR_TEST_QUOTA",
    {},
    new Error("x"),
    { code: "ERR_TEST_QUOTA" },
  ]) {
    expect(other instanceof SiteNotExistError).toBe(false);
    expect(other instanceof MonolakeError).toBe(false);
    expect(MonolakeError.is(other)).toBe(false);
  }
});

it("keeps a class made from an error class apart from it", () => {
  class NarrowError extends SiteNotExistError {}
  expect(new NarrowError({ site: "a" })).toBeInstanceOf(SiteNotExistError);
  expect(new NarrowError({ site: "a" })).toBeInstanceOf(NarrowError);
  expect(new SiteNotExistError({ site: "a" })).not.toBeInstanceOf(NarrowError);
});

it("finds the class of a code", () => {
  const errorClass = definedError("ERR_TEST_SITE_NOT_EXIST");
  expect(errorClass?.name).toBe("TestSiteNotExistError");
  expect(new SiteNotExistError({ site: "a" })).toBeInstanceOf(errorClass);
  expect(definedError("ERR_TEST_NOT_DEFINED")).toBeUndefined();
});

it("works when the same package is loaded twice", () => {
  const First = loadQuota();
  const Second = loadQuota();
  expect(new First({ limit: 1 })).toBeInstanceOf(Second);
  expect(new Second({ limit: 1 })).toBeInstanceOf(First);
  expect(definedErrors().filter((errorClass) => errorClass.code === "ERR_TEST_QUOTA")).toHaveLength(1);
  expect(conflictingErrors()).toEqual([]);
});

it("lists each code once, in the order of definition", () => {
  const codes = definedErrors().map((errorClass) => errorClass.code);
  expect(new Set(codes).size).toBe(codes.length);
  expect(codes.indexOf("ERR_TEST_SITE_NOT_EXIST")).toBeLessThan(codes.indexOf("ERR_TEST_DIAL_TIMEOUT"));
});

it("tells when two packages use one code for different failures", () => {
  const define = (message: () => string, retryable: boolean) =>
    defineError({ code: "ERR_TEST_TAKEN", source: "internal", retryable, message });
  define(() => "one failure", false);
  expect(conflictingErrors()).toEqual([]);
  define(() => "quite another failure", false);
  define(() => "quite another failure", false);
  define(() => "one failure", true);
  expect(conflictingErrors()).toHaveLength(1);
  expect(conflictingErrors()[0]).toMatchObject({
    code: "ERR_TEST_TAKEN",
    meanings: [{ retryable: false }, { message: '() => "quite another failure"' }, { retryable: true }],
  });
});

it("is recognised by another copy of this package", async () => {
  // A query makes Node and vitest load the modules of the copy afresh.
  const copyUrl = new URL("../src/monolake-error.ts?copy", import.meta.url).href;
  const copy = (await import(/* @vite-ignore */ copyUrl)) as { MonolakeError: typeof MonolakeError };
  expect(copy.MonolakeError).not.toBe(MonolakeError);
  expect(new SiteNotExistError({ site: "a" })).toBeInstanceOf(copy.MonolakeError);
  expect(copy.MonolakeError.is(new SiteNotExistError({ site: "a" }))).toBe(true);
});
