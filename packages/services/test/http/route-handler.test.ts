import { createResponse } from "@monolake/http";
import { FetchHandler } from "@monolake/http/fetch";
import { startHttpUpstream } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { everyPath, startGateway } from "./gateway.ts";

describe("a route with a handler", () => {
  it("is answered by it, beside routes with upstreams", async () => {
    await using upstream = await startHttpUpstream();
    await using gateway = await startGateway({
      routes: [
        {
          path: "/own/{name}",
          upstreams: [],
          handler: {
            call: async ({ target }: { readonly target: string }) => createResponse(`own ${target}`),
          },
        },
        {
          path: "/pages/{*rest}",
          pathMode: "strip_prefix",
          upstreams: [],
          handler: new FetchHandler(
            async (request) => new Response(`${request.url} ${await request.text()}`),
          ),
        },
        everyPath([upstream.port]),
      ],
    });
    const text = async (path: string, init: RequestInit = {}) =>
      (await fetch(gateway.origin + path, init)).text();
    expect(await text("/own/a?b")).toBe("own /own/a?b");
    expect(await text("/pages/a?b", { method: "POST", body: "body" })).toBe(`${gateway.origin}/a?b body`);
    expect(await text("/other")).toContain('"url":"/other"');
    expect(upstream.requests).toBe(1);
  });
});
