import { rawClient } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { createResponse } from "../../src/index.ts";
import { get, readResponse } from "./raw-responses.ts";
import { serve } from "./serve.ts";

const limits = { maxHeadBytes: 2048, maxHeaderFields: 10, maxTargetBytes: 200 };
const seen = async ({
  method,
  target,
  headers,
}: {
  method: string;
  target: string;
  headers: { get(name: string): string | undefined };
}) => createResponse(`${method} ${target} ${headers.get("host")}`);

describe("a head that is refused", () => {
  it.each([
    ["no request at all", "garbage\r\n\r\n", 400],
    ["no host", "GET / HTTP/1.1\r\n\r\n", 400],
    ["a fragment in the target", "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n", 400],
    ["two lengths", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", 400],
    [
      "length and chunks",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      400,
    ],
    ["an unknown coding", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501],
    ["a body without an end", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 400],
    ["an unknown method", "BREW / HTTP/1.1\r\nHost: x\r\n\r\n", 501],
    ["another version", "GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505],
    ["a long target", `GET /${"x".repeat(200)} HTTP/1.1\r\nHost: x\r\n\r\n`, 414],
    ["a long head", `GET / HTTP/1.1\r\nHost: x\r\nX: ${"y".repeat(2048)}\r\n\r\n`, 431],
    ["many fields", `GET / HTTP/1.1\r\nHost: x\r\n${"X: y\r\n".repeat(10)}\r\n`, 431],
  ])("%s: one answer, then the connection closes", async (_, head, status) => {
    let calls = 0;
    await using server = await serve(async () => {
      calls += 1;
      return createResponse("x");
    }, limits);
    await using client = await rawClient(server);
    void client.write(get("/first") + head + get("/smuggled"));
    expect((await readResponse(client)).status).toBe(200);
    const refusal = await readResponse(client);
    expect(refusal).toMatchObject({ status, headers: { connection: "close" } });
    expect(refusal.body).toMatch(new RegExp(`^${status} `));
    expect(await client.readToEnd()).toBe("");
    expect(calls).toBe(1);
  });

  it.each([
    ["as a whole", [`HEAD / HTTP/1.1\r\nHost: x\r\nX y: 1\r\n\r\n`], 400],
    ["in pieces", ["HE", "AD / HTTP/1.1\r\nHost: x\r\nHos", "t: y\r\n\r\n"], 400],
    ["behind empty lines", ["\r\n\r\nHEAD / HTTP/1.1\r\n\r\n"], 400],
    ["for its length", [`HEAD /${"x".repeat(200)} HTTP/1.1\r\nHost: x\r\n\r\n`], 414],
    ["for a name", ["HEAD / HTTP/1.1\r\nHost: x\r\nX_Y: 1\r\n\r\n"], 400],
    ["too late", ["HEAD / HTTP/1.1\r\nHo"], 408],
  ])("has no content in its answer when it asks with HEAD and is refused %s", async (_, parts, status) => {
    await using server = await serve(seen, { ...limits, ambiguousFields: "refuse", headTimeoutMs: 300 });
    await using client = await rawClient(server);
    for (const part of parts) {
      void client.write(part);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { status: answered, headers } = await readResponse(client, "HEAD");
    expect([answered, headers["connection"]]).toEqual([status, "close"]);
    expect(await client.readToEnd()).toBe("");
  });

  it.each(["HEADER", "HEAD\t/", "HEA", "GET"])(
    "has content when it only looks like HEAD: %j",
    async (method) => {
      await using server = await serve(seen, limits);
      await using client = await rawClient(server);
      void client.write(`${method} / HTTP/1.1\r\n\r\n`);
      expect((await readResponse(client)).body).toMatch(/^\d{3} /);
    },
  );

  it("does not lose its answer although the client sends on", async () => {
    await using server = await serve(seen, limits);
    await using client = await rawClient(server, { allowHalfOpen: true });
    void client.write("garbage\r\n\r\n");
    for (let count = 0; count < 50; count++) void client.write("x".repeat(100_000));
    expect((await readResponse(client)).status).toBe(400);
    expect(await client.readToEnd()).toBe("");
    client.end();
    expect((await client.closed).error).toBeUndefined();
  });
});

describe("the request target", () => {
  it.each([
    ["GET http://example.test/a/b?c HTTP/1.1\r\nHost: other", "GET /a/b?c example.test"],
    ["GET HTTP://example.test:8080 HTTP/1.1\r\nHost: other", "GET / example.test:8080"],
    ["GET https://example.test?q=/x HTTP/1.1\r\nHost: other", "GET /?q=/x example.test"],
    ["GET http://[::1]:80/ HTTP/1.1\r\nHost: other", "GET / [::1]:80"],
    ["GET http://example.test/http://inner/ HTTP/1.0", "GET /http://inner/ example.test"],
    ["OPTIONS http://example.test HTTP/1.1\r\nHost: other", "OPTIONS * example.test"],
    ["OPTIONS http://example.test/ HTTP/1.1\r\nHost: other", "OPTIONS / example.test"],
    ["OPTIONS * HTTP/1.1\r\nHost: other", "OPTIONS * other"],
    ["TRACE /a HTTP/1.1\r\nHost: other", "TRACE /a other"],
    ["GET //double/slash HTTP/1.1\r\nHost: other", "GET //double/slash other"],
  ])("%s is seen as %s", async (head, body) => {
    await using server = await serve(seen);
    await using client = await rawClient(server);
    void client.write(`${head}\r\n\r\n`);
    expect((await readResponse(client)).body).toBe(body);
  });

  it.each(["http://user@example.test/", "http:///path", "ftp://example.test/", "example.test/"])(
    "%s is refused",
    async (target) => {
      await using server = await serve(seen);
      await using client = await rawClient(server);
      void client.write(`GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`);
      expect((await readResponse(client)).status).toBe(400);
    },
  );

  it("replaces every Host of an absolute target", async () => {
    await using server = await serve(async ({ headers }) => createResponse(headers.getAll("host").join("|")));
    await using client = await rawClient(server);
    void client.write("GET http://example.test/ HTTP/1.1\r\nX: y\r\nHost: other\r\n\r\n");
    expect((await readResponse(client)).body).toBe("example.test");
  });

  it("of CONNECT is answered with 405 and what is allowed, and what follows is no request", async () => {
    let calls = 0;
    await using server = await serve(async () => {
      calls += 1;
      return createResponse("x");
    });
    await using client = await rawClient(server);
    void client.write(
      `CONNECT example.test:443 HTTP/1.1\r\nHost: example.test:443\r\n\r\n${get("/smuggled")}`,
    );
    const response = await readResponse(client);
    expect(response).toMatchObject({ status: 405, headers: { connection: "close" } });
    expect(response.headers["allow"]).toContain("GET");
    expect(await client.readToEnd()).toBe("");
    expect(calls).toBe(0);
  });
});
