import { expect, it } from "vitest";
import { asError } from "../src/index.ts";

it("gives an error as it is", () => {
  const error = new TypeError("wrong");
  expect(asError(error)).toBe(error);
  expect(asError(error, "cancelled")).toBe(error);
});

it("makes the cause of an error of anything else", () => {
  const shown = (error: Error) => [error.message, error.cause];
  expect(shown(asError("no"))).toEqual(["no", "no"]);
  expect(shown(asError(undefined))).toEqual(["undefined", undefined]);
  expect(shown(asError(7, "cancelled"))).toEqual(["cancelled", 7]);
});

it("does not throw for what cannot be text", () => {
  const thrown = Object.create(null);
  expect(asError(thrown)).toMatchObject({ message: "something without a text was thrown", cause: thrown });
});

it("does not throw for what cannot even be asked whether it is an error", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const error = asError(proxy);
  expect(error.message).toBe("something without a text was thrown");
  expect(error.cause === proxy).toBe(true);
});
