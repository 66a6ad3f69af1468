import { createRequest } from "@monolake/http";
import { expect, it } from "vitest";
import { isRepeatable } from "../src/index.ts";

it.each(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"])("%s may be sent again", (method) => {
  expect(isRepeatable(createRequest({ method }))).toBe(true);
});

it.each(["POST", "PATCH", "CONNECT", "LOCK", "get"])("%s may not be sent again", (method) => {
  expect(isRepeatable(createRequest({ method }))).toBe(false);
});

it("keeps a request with a body or an upgrade from being sent again", () => {
  expect(isRepeatable(createRequest({ method: "PUT", body: "once" }))).toBe(false);
  const upgrade = createRequest();
  upgrade.upgrade = true;
  expect(isRepeatable(upgrade)).toBe(false);
});
