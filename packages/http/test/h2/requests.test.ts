import {
  deferred,
  encodeFields,
  frameFlags,
  frameTypes,
  http2Preface,
  rawClient,
  rawHttp2Client,
  requestFields,
  splitEverywhere,
} from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { createResponse, type HttpRequest, readBody } from "../../src/index.ts";
import { serve } from "../h1/serve.ts";
import { expectGone } from "./gone.ts";
import { ask, nodeSession } from "./node-client.ts";

const pairs = (flat: readonly string[]): [string, string][] =>
  flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1] as string]] : []));

/** A server that answers with what it was asked, and what it was asked. */
const recording = async (options = {}) => {
  const requests: HttpRequest[] = [];
  const server = await serve(async (request) => {
    requests.push(request);
    const body = await readBody(request.body);
    return createResponse(`${request.method} ${request.target} ${body.toString("latin1")}`);
  }, options);
  return Object.assign(server, { requests });
};

describe("a request of HTTP/2", () => {
  it("is the same request to a handler, with its authority as Host", async () => {
    await using server = await recording();
    using session = nodeSession(server);
    const { status, body, headers } = await ask(
      session,
      { ":method": "POST", ":path": "/a?b", ":authority": "example.com:8080", "x-one": ["1", "2"] },
      "hello",
    );
    expect({ status, body }).toEqual({ status: 200, body: "POST /a?b hello" });
    expect(headers["content-length"]).toBe("15");
    expect(headers["date"]).toBeDefined();
    const [request] = server.requests;
    expect(request?.version).toBe("2");
    expect([...(request as HttpRequest).headers]).toEqual([
      ["host", "example.com:8080"],
      ["x-one", "1"],
      ["x-one", "2"],
    ]);
  });

  it("has one Cookie field, whatever pieces it came in", async () => {
    await using server = await recording();
    using session = nodeSession(server);
    await ask(session, { ":path": "/", cookie: ["a=1", "b=2", "c=3"] });
    expect(server.requests[0]?.headers.getAll("cookie")).toEqual(["a=1; b=2; c=3"]);
  });

  it("keeps bytes above ASCII, both ways", async () => {
    await using server = await serve(async ({ headers }) =>
      createResponse("", { headers: [["X-Back", headers.get("x-there") ?? ""]] }),
    );
    using session = nodeSession(server);
    const { headers } = await ask(session, { ":path": "/", "x-there": "caf\u00e9" });
    expect(headers["x-back"]).toBe("caf\u00e9");
  });

  it("may name its host in Host alone, or the same in both", async () => {
    await using server = await recording();
    await using client = await rawHttp2Client(server);
    const start = [":method", "GET", ":scheme", "http", ":path", "/"];
    client.sendHeaders(1, encodeFields(pairs([...start, "host", "a"])));
    await client.readUntil(({ streamId, type }) => streamId === 1 && type === frameTypes.headers);
    client.sendHeaders(3, encodeFields(pairs([...start, ":authority", "A.com", "host", "a.com"])));
    await client.readUntil(({ streamId, type }) => streamId === 3 && type === frameTypes.headers);
    expect(server.requests.map(({ headers }) => headers.getAll("host"))).toEqual([["a"], ["A.com"]]);
  });
});

describe("a request that would not be one of HTTP/1.1 either", () => {
  const fields = (more: Record<string, string>) =>
    Object.entries({ ":method": "GET", ":scheme": "http", ":authority": "a", ":path": "/", ...more })
      .filter(([, value]) => value !== "")
      .flat();

  it.each([
    ["two hosts that differ", fields({ host: "b" }), 400],
    ["a host with a comma", fields({ ":authority": "a,b" }), 400],
    ["a path with a fragment", fields({ ":path": "/#x" }), 400],
    ["a method that nobody knows", fields({ ":method": "HACK" }), 501],
    ["a scheme that is not HTTP's", fields({ ":scheme": "ftp" }), 400],
    ["a path that is too long", fields({ ":path": `/${"x".repeat(16 * 1024)}` }), 414],
    ["fields that are too large", fields({ a: "x".repeat(16_000), b: "x".repeat(16_800) }), 431],
    ["CONNECT", [":method", "CONNECT", ":authority", "a:1"], 405],
  ])("is refused: %s", async (_what, request, expected) => {
    await using server = await recording();
    using session = nodeSession(server);
    expect((await ask(session, request)).status).toBe(expected);
    expect(server.requests).toEqual([]);
    // The connection goes on.
    expect((await ask(session, { ":path": "/" })).status).toBe(200);
  });

  it("is refused: more fields than allowed, each piece of Cookie counted", async () => {
    await using server = await recording({ maxHeaderFields: 20 });
    using session = nodeSession(server);
    const many = (name: string, count: number) => ({ ":path": "/", [name]: new Array(count).fill("1") });
    expect((await ask(session, many("x-a", 18))).status).toBe(200);
    expect((await ask(session, many("x-a", 21))).status).toBe(431);
    expect((await ask(session, many("cookie", 18))).status).toBe(200);
    expect((await ask(session, many("cookie", 21))).status).toBe(431);
    // Far beyond there is no answer, and not as much memory.
    expect(await ask(session, many("cookie", 100))).toMatchObject({ status: 0, rstCode: 11 });
  });

  it.each([
    ["upper case in a name", [["X-Upper", "1"]]],
    ["Connection", [["connection", "close"]]],
    ["Transfer-Encoding", [["transfer-encoding", "chunked"]]],
    ["Keep-Alive", [["keep-alive", "timeout=5"]]],
    ["Proxy-Connection", [["proxy-connection", "close"]]],
    ["Upgrade", [["upgrade", "h2c"]]],
    ["TE for anything but trailers", [["te", "gzip"]]],
    ["a pseudo-header field twice", [[":path", "/b"]]],
    ["an unknown pseudo-header field", [[":x", "/b"]]],
    [
      "two lengths",
      [
        ["content-length", "1"],
        ["content-length", "1"],
      ],
    ],
    ["a length that is no number", [["content-length", "+1"]]],
    ["a length without a body", [["content-length", "1"]]],
  ] as [string, [string, string][]][])("is reset: %s", async (_what, more) => {
    await using server = await recording();
    await using client = await rawHttp2Client(server);
    client.sendHeaders(1, requestFields(more));
    const frame = await client.readUntil(({ streamId }) => streamId === 1);
    expect(frame.type).toBe(frameTypes.rstStream);
    expect(frame.payload.readUInt32BE(0)).toBe(1);
    expect(server.requests).toEqual([]);
  });

  it.each([
    ["a host with user information", "/", "u@a"],
    ["a path in absolute form", "http://b/", "a"],
    ["a path without its slash", "x", "a"],
    ["a path with a space", "/a b", "a"],
    ["an empty path", "", "a"],
    ["a star for another method than OPTIONS", "*", "a"],
  ])("is reset: %s", async (_what, path, authority) => {
    await using server = await recording();
    await using client = await rawHttp2Client(server);
    const pseudo = [":method", "GET", ":scheme", "http", ":path", path, ":authority", authority];
    client.sendHeaders(1, encodeFields(pairs(pseudo)));
    const frame = await client.readUntil(({ streamId }) => streamId === 1);
    expect(frame.type).toBe(frameTypes.rstStream);
    expect(server.requests).toEqual([]);
  });

  it.each([":path", ":authority", ":method", ":scheme"])(
    "is reset: %s twice, empty at first",
    async (name) => {
      await using server = await recording();
      await using client = await rawHttp2Client(server);
      const pseudo = [":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a"];
      client.sendHeaders(1, encodeFields(pairs([name, "", ...pseudo])));
      const frame = await client.readUntil(({ streamId }) => streamId === 1);
      expect(frame.type).toBe(frameTypes.rstStream);
      expect(server.requests).toEqual([]);
    },
  );

  it("is reset: no host at all", async () => {
    await using server = await recording();
    await using client = await rawHttp2Client(server);
    client.sendHeaders(1, encodeFields(pairs([":method", "GET", ":scheme", "http", ":path", "/"])));
    const frame = await client.readUntil(({ streamId }) => streamId === 1);
    expect(frame.type).toBe(frameTypes.rstStream);
    expect(server.requests).toEqual([]);
  });

  it.each([
    ["a line end in a value", ["x", "1\r\ny: 2"]],
    ["a bare line feed in a value", ["x", "1\ny: 2"]],
    ["NUL in a value", ["x", "1\0"]],
    ["a colon in a name", ["x: y", "1"]],
    ["a line end in a name", ["x\r\ny", "1"]],
    ["an empty name", ["", "1"]],
  ] as [string, [string, string]][])("is reset: %s", async (_what, field) => {
    await using server = await recording();
    await using client = await rawHttp2Client(server);
    client.sendHeaders(1, requestFields([field, ["z", "1"]]));
    const frame = await client.readUntil(({ streamId }) => streamId === 1);
    expect([frame.type, frame.payload.readUInt32BE(0)]).toEqual([frameTypes.rstStream, 1]);
    expect(server.requests).toEqual([]);
  });

  it.each([
    ["a body that is shorter than its length", "ab"],
    ["a body that is longer than its length", "abcd"],
  ])("breaks off: %s", async (_what, body) => {
    const outcome = deferred<unknown>();
    const called = deferred();
    await using server = await serve(async (request) => {
      called.resolve();
      await readBody(request.body).then(outcome.resolve, outcome.resolve);
      return createResponse();
    });
    await using client = await rawHttp2Client(server);
    client.sendHeaders(1, requestFields([["content-length", "3"]], "POST"), { endStream: false });
    await called.promise;
    client.send(frameTypes.data, frameFlags.endStream, 1, Buffer.from(body));
    await client.readUntil(({ type }) => type === frameTypes.rstStream);
    expect(await outcome.promise).toMatchObject({ code: "ERR_HTTP_CLIENT_GONE" });
  });
});

describe("the port of HTTP/1.1", () => {
  const whole = Buffer.concat([http2Preface, Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])]);

  it("takes the preface of HTTP/2, however it is split", async () => {
    await using server = await recording();
    for (const parts of splitEverywhere(whole)) {
      await using client = await rawClient(server);
      for (const part of parts) {
        await client.write(part);
        await new Promise((resolve) => setImmediate(resolve));
      }
      // SETTINGS.
      expect((await client.readExactly(9))[3]).toBe(4);
    }
  });

  it.each(["P", "PR", "PRI", "PRI * HTTP/2.0\r\n\r\nS"])(
    "tells a request from it that begins with %j",
    async (start) => {
      await using server = await recording();
      const rest = `${start.startsWith("PRI") ? "X" : "OST".slice(start.length - 1)} / HTTP/1.1\r\nHost: a\r\n\r\n`;
      await using client = await rawClient(server);
      await client.write(start);
      await new Promise((resolve) => setImmediate(resolve));
      void client.write(start === "PR" ? "OPFIND / HTTP/1.1\r\nHost: a\r\n\r\n" : rest);
      const [line] = (await client.readUntil("\r\n")).split("\r\n");
      expect(line).toMatch(start.startsWith("PRI") ? /^HTTP\/1\.1 (400|501|505) / : "HTTP/1.1 200 OK");
    },
  );

  it("waits for the rest of a preface as long as for the rest of a head", async () => {
    await using server = await recording({ headTimeoutMs: 50 });
    await using client = await rawClient(server);
    void client.write("PRI * HTTP/2");
    expect(await client.readToEnd()).toMatch(/^HTTP\/1\.1 408 /);
  });

  it("takes no HTTP/2 where it is switched off", async () => {
    await using server = await recording({ http2: false });
    await using client = await rawClient(server);
    void client.write(whole);
    expect(await client.readUntil("\r\n")).toMatch(/^HTTP\/1\.1 505 /);
  });

  it("counts a connection of HTTP/2 until it is gone", async () => {
    await using server = await recording();
    const session = nodeSession(server);
    await ask(session, { ":path": "/" });
    expect(server.connections()).toBe(1);
    const closed = new Promise((resolve) => session.once("close", resolve));
    session.close();
    await closed;
    await expectGone(server);
  });
});
