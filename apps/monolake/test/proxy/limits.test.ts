import { once } from "node:events";
import { connect } from "node:http2";
import {
  type EchoedRequest,
  encodeFrame,
  eventually,
  frameTypes,
  http2Preface,
  RawHttp2Client,
  rawClient,
  rawHttp2Client,
  startHttpUpstream,
  startRawServer,
} from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { everythingTo, startProxy } from "./start-proxy.ts";

/** What a client is answered that sends these bytes, and whether its connection is closed then. */
async function answerTo(request: string, settings: string): Promise<string> {
  await using upstream = await startHttpUpstream();
  await using proxy = await startProxy({ server: `${settings}\n${everythingTo(upstream.origin)}` });
  await using client = await rawClient(proxy.address);
  await client.write(request);
  return await client.readToEnd();
}

const enhanceYourCalm = 11;

const post = (fields: string, body: string): string =>
  `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${fields}\r\n\r\n${body}`;
const chunked = (body: string): string => post("Transfer-Encoding: chunked", body);

describe("limits of the file hold", () => {
  it.each([
    ["max_head_bytes = 256", `GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(256)}\r\n\r\n`, 431],
    ["max_header_count = 2", "GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\n\r\n", 431],
    ["max_uri_bytes = 5", "GET /12345 HTTP/1.1\r\nHost: a\r\n\r\n", 414],
    ["max_body_bytes = 4", post("Content-Length: 5", "hello"), 413],
    ["max_chunk_extension_bytes = 3", chunked("5;abcd\r\nhello\r\n0\r\n\r\n"), 400],
    ["max_trailer_bytes = 5", chunked("5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n"), 400],
    ["max_requests_per_connection = 1", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 200],
  ])("%s", async (limit, request, status) => {
    const answer = await answerTo(request, `limits = { ${limit} }`);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toMatch(/\r\nConnection: close\r\n/);
  });

  it.each([
    ["max_response_head_bytes = 256", { "x-large": "x".repeat(256) }],
    ["max_response_header_count = 4", { a: "1", b: "2", c: "3", d: "4" }],
  ])("%s", async (limit, fields) => {
    await using upstream = await startHttpUpstream((_request, response) =>
      response.writeHead(200, fields).end("ok"),
    );
    await using proxy = await startProxy({
      server: `limits = { ${limit} }\n${everythingTo(upstream.origin)}`,
    });
    expect((await fetch(proxy.origin)).status).toBe(502);
  });

  it("max_concurrent_streams = 7", async () => {
    await using upstream = await startHttpUpstream();
    await using proxy = await startProxy({
      server: `limits = { max_concurrent_streams = 7 }\n${everythingTo(upstream.origin)}`,
    });
    const session = connect(proxy.origin);
    const [settings] = await once(session, "remoteSettings");
    session.destroy();
    expect(settings).toMatchObject({ maxConcurrentStreams: 7 });
  });

  it("max_http2_offences = 3, of clients and of upstreams", async () => {
    await using upstream = await startRawServer(async (connection) => {
      await connection.readExactly(http2Preface.length);
      const settings = encodeFrame(frameTypes.settings, 0, 0);
      void connection.write(Buffer.concat(Array.from({ length: 10 }, () => settings)));
      const peer = new RawHttp2Client(connection);
      expect(await peer.goawayCode()).toBe(enhanceYourCalm);
    });
    await using proxy = await startProxy({
      server: `upstream_http_version = "http2"
limits = { max_http2_offences = 3 }
${everythingTo(`http://127.0.0.1:${upstream.port}`)}`,
    });
    expect((await fetch(proxy.origin)).status).toBe(502);
    await using client = await rawHttp2Client(proxy.address);
    for (let count = 0; count < 10; count++) client.send(frameTypes.settings, 0, 0);
    expect(await client.goawayCode()).toBe(enhanceYourCalm);
  });

  it("max_upstream_connections = 1, and who waits for it gets its turn", async () => {
    let atOnce = 0;
    let most = 0;
    await using upstream = await startHttpUpstream((_request, response) => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      setImmediate(() => {
        atOnce -= 1;
        response.end("ok");
      });
    });
    await using proxy = await startProxy({
      server: `limits = { max_upstream_connections = 1 }\n${everythingTo(upstream.origin)}`,
    });
    const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(proxy.origin)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect([most, upstream.connections]).toEqual([1, 1]);
  });
});

describe("timeouts of the file hold", () => {
  it("server_first_byte_timeout_sec", async () => {
    expect(await answerTo("", "timeout = { server_first_byte_timeout_sec = 0.1 }")).toBe("");
  });

  it.each([
    ["server_read_header_timeout_sec = 0.1", "GET / HTTP/1.1\r\n", 408],
    ["server_read_body_timeout_sec = 0.1", post("Content-Length: 5", "hell"), 408],
    ["server_body_rate_grace_sec = 0.1", post("Content-Length: 5", "hell"), 408],
    ["request_timeout_sec = 0.1", post("Content-Length: 5", "hell"), 408],
  ])("%s", async (timeout, request, status) => {
    const answer = await answerTo(request, `timeout = { ${timeout} }`);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  it.each(["request_timeout_sec = 0.1", "upstream_read_timeout_sec = 0.1"])(
    "%s, also for an upstream that does not answer",
    async (timeout) => {
      await using upstream = await startHttpUpstream(() => {});
      await using proxy = await startProxy({
        server: `timeout = { ${timeout} }\n${everythingTo(upstream.origin)}`,
      });
      expect((await fetch(proxy.origin)).status).toBe(504);
    },
  );

  it("a request that takes too long is a warning in the log, and no fault of the proxy", async () => {
    await using upstream = await startHttpUpstream((_request, response) => response.write("begin"));
    await using proxy = await startProxy({
      server: `timeout = { request_timeout_sec = 0.1 }\n${everythingTo(upstream.origin)}`,
    });
    await expect((await fetch(proxy.origin)).text()).rejects.toThrow();
    const late = await eventually(
      () => proxy.log.find(({ msg }) => /^a request (?:failed|was not answered)/.test(String(msg))) ?? false,
    );
    expect(late).toMatchObject({ level: 40, code: "ERR_HTTP_REQUEST_TIMEOUT", method: "GET", target: "/" });
    expect(late).not.toHaveProperty("err");
  });

  it("upstream_read_body_timeout_sec, and the client sees that the body is not whole", async () => {
    await using upstream = await startHttpUpstream((_request, response) => response.write("begin"));
    await using proxy = await startProxy({
      server: `timeout = { upstream_read_body_timeout_sec = 0.1 }\n${everythingTo(upstream.origin)}`,
    });
    await expect((await fetch(proxy.origin)).text()).rejects.toThrow();
  });

  it("upstream_keepalive_timeout_sec", async () => {
    await using upstream = await startHttpUpstream();
    await using proxy = await startProxy({
      server: `timeout = { upstream_keepalive_timeout_sec = 0.1 }\n${everythingTo(upstream.origin)}`,
    });
    const closed = Promise.withResolvers<void>();
    upstream.server.on("connection", (socket) => socket.once("close", () => closed.resolve()));
    const first = (await (await fetch(proxy.origin)).json()) as EchoedRequest;
    await closed.promise;
    const second = (await (await fetch(proxy.origin)).json()) as EchoedRequest;
    expect([first.connection, second.connection]).toEqual([1, 2]);
  });
});
