import { createRequest, createResponse, HttpCore, type HttpRequest, type HttpVersion } from "@monolake/http";
import { BaseContext } from "@monolake/service-async";
import { describe, expect, it } from "vitest";
import { ConnectionReuse } from "../../src/http/index.ts";
import { serveGateway } from "./gateway.ts";

interface Exchange {
  readonly version: HttpVersion;
  readonly connection?: string;
  readonly inner?: { readonly persist?: boolean };
}

/** What the service inside sees and what comes out. */
async function exchange({ version, connection, inner }: Exchange) {
  const request = createRequest({
    headers: connection === undefined ? {} : { Connection: connection, "X-Named": "1" },
  });
  request.version = version;
  let seen: HttpRequest | undefined;
  const service = new ConnectionReuse({
    async call(received: HttpRequest) {
      seen = received;
      expect(received.version).not.toBe("1.0");
      const response = createResponse("x");
      response.persist = inner?.persist ?? true;
      return response;
    },
  });
  const response = await service.call(request, {});
  return { response, request: seen as HttpRequest };
}

describe("connection reuse (the original's rules, with token lists)", () => {
  const cases: [version: HttpVersion, connection: string | undefined, persist: boolean][] = [
    ["1.1", undefined, true],
    ["1.1", "close", false],
    ["1.1", "Close", false],
    ["1.1", "close, TE", false],
    ["1.1", 'a", close, b"', false],
    ["1.1", "\xa0close", true],
    ["1.1", "keep-alive", true],
    ["1.1", "X-Named", true],
    ["1.0", undefined, false],
    ["1.0", "keep-alive", true],
    ["1.0", "Keep-Alive, TE", true],
    ["1.0", "close", false],
    ["2", undefined, true],
  ];
  it.each(cases)("HTTP/%s with Connection %j: goes on = %s", async (version, connection, persist) => {
    const { response } = await exchange({ version, ...(connection !== undefined && { connection }) });
    expect(response.persist).toBe(persist);
  });

  it("goes on only if the service inside agrees", async () => {
    const { response } = await exchange({ version: "1.1", inner: { persist: false } });
    expect(response.persist).toBe(false);
  });

  it("shows the service inside HTTP/1.1 without Connection and what it names, and leaves the answer its version", async () => {
    const { request, response } = await exchange({ version: "1.0", connection: "keep-alive, X-Named" });
    expect(request.headers.has("connection")).toBe(false);
    expect(request.headers.has("x-named")).toBe(false);
    expect(response.version).toBe("1.1");
  });

  it("leaves what a response says of its connection to the core, which replaces it", async () => {
    const headers = { Connection: "close", "Keep-Alive": "timeout=1" };
    const reuse = new ConnectionReuse({ call: async () => createResponse("x", { headers }) });
    const core = new HttpCore<BaseContext>(reuse);
    await using gateway = await serveGateway({ call: (stream) => core.call(stream, new BaseContext()) });
    const response = await fetch(`${gateway.origin}/x`);
    expect([response.headers.get("keep-alive"), await response.text()]).toEqual([null, "x"]);
  });
});
