import {
  AlreadyReleasedError,
  CancelledError,
  DisposeError,
  MissingContextError,
  ServiceAsyncError,
} from "@monolake/service-async";
import { expect, it } from "vitest";

const errors = [
  new CancelledError(),
  new MissingContextError({ slot: "user" }),
  new AlreadyReleasedError({ operation: "retain", what: "service" }),
  new DisposeError({ errors: [new Error("why")] }),
];

it("gives each error a name, a code of its own, a source and retryable", () => {
  expect(errors.map((error) => [error.name, error.code])).toEqual([
    ["CancelledError", "ERR_CANCELLED"],
    ["MissingContextError", "ERR_MISSING_CONTEXT"],
    ["AlreadyReleasedError", "ERR_ALREADY_RELEASED"],
    ["DisposeError", "ERR_DISPOSE_FAILED"],
  ]);
  for (const error of errors) {
    expect(error).toBeInstanceOf(ServiceAsyncError);
    expect(error).toMatchObject({ source: "internal", retryable: false });
    expect(error.stack).toMatch(new RegExp(`^${error.name}: ${error.message}\n`));
  }
});

it("marks them as errors of this project", () => {
  for (const error of errors) expect(Symbol.for("monolake.error") in error).toBe(true);
});
