import assert from "node:assert/strict";
import { test } from "node:test";
import { createRequest, createResponse, type HttpHandler } from "@monolake/http";
import { CheckKey } from "../src/check-key.ts";

/** Says what an upstream would be told. */
const inside: HttpHandler<{ account: string }> = {
  call: async (request, { account }) =>
    createResponse(`${account}, header ${request.headers.get("x-account")}`, { status: 200 }),
};
const service = new CheckKey(inside, { secret: "ada" });
const ask = (key: string) => service.call(createRequest({ headers: [["X-Api-Key", key]] }), {});

test("lets a known key through", async () => {
  assert.equal((await ask("secret")).status, 200);
});

test("answers who has no known key", async () => {
  assert.equal((await ask("guess")).status, 401);
});
