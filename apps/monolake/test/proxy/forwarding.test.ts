import {
  type EchoedRequest,
  freePort,
  rawClient,
  startHttpUpstream,
  temporaryFolder,
} from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { everythingTo, startProxy } from "./start-proxy.ts";

const echoed = async (response: Response): Promise<EchoedRequest> => (await response.json()) as EchoedRequest;

/** The values that the upstream saw for a field. */
const valuesOf = (request: EchoedRequest, name: string): string[] =>
  request.rawHeaders.filter((_, index, all) => index % 2 === 1 && all[index - 1]?.toLowerCase() === name);

describe("a proxied request", () => {
  it("reaches the upstream with its method, path, query, fields and body", async () => {
    await using upstream = await startHttpUpstream();
    await using proxy = await startProxy({ server: everythingTo(upstream.origin) });
    const response = await fetch(`${proxy.origin}/a/b%20c?x=1&y=%2F`, {
      method: "POST",
      body: "hello",
      headers: { "X-Custom": "kept" },
    });
    const seen = await echoed(response);
    expect(response.status).toBe(200);
    expect(seen).toMatchObject({ method: "POST", url: "/a/b%20c?x=1&y=%2F", bodyBytes: 5 });
    expect(valuesOf(seen, "x-custom")).toEqual(["kept"]);
  });

  it("shows the upstream its own authority as Host, and the client's in X-Forwarded-Host", async () => {
    await using upstream = await startHttpUpstream();
    await using proxy = await startProxy({ server: everythingTo(upstream.origin) });
    const seen = await echoed(await fetch(`${proxy.origin}/`));
    expect(valuesOf(seen, "host")).toEqual([`127.0.0.1:${upstream.port}`]);
    expect(valuesOf(seen, "x-forwarded-host")).toEqual([`127.0.0.1:${proxy.port}`]);
    expect(valuesOf(seen, "x-forwarded-for")).toEqual(["127.0.0.1"]);
    expect(valuesOf(seen, "x-forwarded-proto")).toEqual(["http"]);
  });

  it("keeps the client's Host when the server says so", async () => {
    await using upstream = await startHttpUpstream();
    await using proxy = await startProxy({
      server: `upstream_host = "preserve"\n${everythingTo(upstream.origin)}`,
    });
    const seen = await echoed(await fetch(`${proxy.origin}/`));
    expect(valuesOf(seen, "host")).toEqual([`127.0.0.1:${proxy.port}`]);
  });

  it("does not believe the forwarding fields that a client sends", async () => {
    await using upstream = await startHttpUpstream();
    await using proxy = await startProxy({ server: everythingTo(upstream.origin) });
    const headers = { "X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "https", Forwarded: "for=6.6.6.6" };
    const seen = await echoed(await fetch(`${proxy.origin}/`, { headers }));
    expect(valuesOf(seen, "x-forwarded-for")).toEqual(["127.0.0.1"]);
    expect(valuesOf(seen, "x-forwarded-proto")).toEqual(["http"]);
    const host = `host="127.0.0.1:${proxy.port}"`;
    expect(valuesOf(seen, "forwarded")).toEqual([`for=127.0.0.1;proto=http;${host}`]);
  });

  it("appends to the forwarding fields behind a proxy of one's own", async () => {
    await using upstream = await startHttpUpstream();
    await using proxy = await startProxy({
      server: `forwarded = { mode = "append", rfc7239 = true }\n${everythingTo(upstream.origin)}`,
    });
    const headers = {
      "X-Forwarded-For": "10.0.0.9",
      "X-Forwarded-Proto": "https",
      Forwarded: "for=10.0.0.9",
    };
    const seen = await echoed(await fetch(`${proxy.origin}/`, { headers }));
    expect(valuesOf(seen, "x-forwarded-for")).toEqual(["10.0.0.9, 127.0.0.1"]);
    expect(valuesOf(seen, "x-forwarded-proto")).toEqual(["https"]);
    const host = `host="127.0.0.1:${proxy.port}"`;
    expect(valuesOf(seen, "forwarded")).toEqual([`for=10.0.0.9, for=127.0.0.1;proto=http;${host}`]);
  });

  it("leaves hop-by-hop fields and those that Connection names behind", async () => {
    await using upstream = await startHttpUpstream();
    await using proxy = await startProxy({ server: everythingTo(upstream.origin) });
    await using client = await rawClient(proxy.address);
    await client.write(
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: close, X-Secret\r\nX-Secret: 1\r\nKeep-Alive: timeout=5\r\nTE: trailers\r\n" +
        "Proxy-Connection: keep-alive\r\nX-Kept: 2\r\n\r\n",
    );
    const answer = await client.readToEnd();
    const seen = JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4)) as EchoedRequest;
    for (const name of ["x-secret", "keep-alive", "te", "proxy-connection"])
      expect(valuesOf(seen, name)).toEqual([]);
    expect(valuesOf(seen, "x-kept")).toEqual(["2"]);
    expect(answer).toMatch(/\r\nConnection: close\r\n/);
  });
});

describe("the path that an upstream is asked for", () => {
  const cases: [mode: string, upstreamPath: string, pattern: string, requested: string, expected: string][] =
    [
      ["", "", "/{*path}", "/a/b?q=1", "/a/b?q=1"],
      ["", "/base", "/{*path}", "/a/b?q=1", "/base?q=1"],
      ["replace", "/base", "/{*path}", "/a/b?q=1", "/base?q=1"],
      ["keep", "", "/{*path}", "/a//b/../c", "/a//c"],
      ["strip_prefix", "/base", "/api/{*path}", "/api/users/7?q=1", "/base/users/7?q=1"],
    ];
  it.each(cases)("path_mode %j, upstream path %j, route %s: %s becomes %s", async (...row) => {
    const [mode, upstreamPath, pattern, requested, expected] = row;
    await using upstream = await startHttpUpstream();
    const pathMode = mode === "" ? "" : `path_mode = "${mode}"`;
    await using proxy = await startProxy({
      server: `[[servers.test.routes]]
path = "${pattern}"
${pathMode}
upstreams = [{ endpoint = { type = "uri", value = "${upstream.origin}${upstreamPath}" } }]`,
    });
    await using client = await rawClient(proxy.address);
    await client.write(`GET ${requested} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    const answer = await client.readToEnd();
    expect(JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4))).toMatchObject({ url: expected });
  });
});

describe("endpoints", () => {
  it("may be an address or a unix socket", async () => {
    await using folder = await temporaryFolder();
    const path = `${folder.path}/upstream.sock`;
    await using tcp = await startHttpUpstream((_request, response) => response.end("tcp"));
    await using unix = await startHttpUpstream(
      (request, response) => response.end(`unix ${request.headers.host}`),
      {
        path,
      },
    );
    await using proxy = await startProxy({
      server: `
[[servers.test.routes]]
path = "/tcp"
upstreams = [{ endpoint = { type = "socket", value = "127.0.0.1:${tcp.port}" } }]
[[servers.test.routes]]
path = "/unix"
upstreams = [{ endpoint = { type = "unix", value = "${path}" } }]`,
    });
    expect(await (await fetch(`${proxy.origin}/tcp`)).text()).toBe("tcp");
    expect(await (await fetch(`${proxy.origin}/unix`)).text()).toBe("unix localhost");
    expect(unix.requests).toBe(1);
  });

  it("are taken in turn under round_robin", async () => {
    await using one = await startHttpUpstream((_request, response) => response.end("1"));
    await using two = await startHttpUpstream((_request, response) => response.end("2"));
    await using proxy = await startProxy({
      server: `
[[servers.test.routes]]
path = "/"
load_balancer = "round_robin"
upstreams = [
  { endpoint = { type = "uri", value = "${one.origin}" } },
  { endpoint = { type = "uri", value = "${two.origin}" } },
]`,
    });
    let answers = "";
    for (let count = 0; count < 6; count += 1) answers += await (await fetch(proxy.origin)).text();
    expect(answers).toBe("121212");
  });
});

describe("an upstream that does not answer", () => {
  it("is a 502 when it refuses, and the client's connection goes on", async () => {
    await using upstream = await startHttpUpstream((_request, response) => response.end("alive"));
    const dead = await freePort();
    await using proxy = await startProxy({
      server: `
[[servers.test.routes]]
path = "/dead"
upstreams = [{ endpoint = { type = "uri", value = "http://127.0.0.1:${dead}" } }]
[[servers.test.routes]]
path = "/alive"
upstreams = [{ endpoint = { type = "uri", value = "${upstream.origin}" } }]`,
    });
    await using client = await rawClient(proxy.address);
    await client.write("GET /dead HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(await client.readUntil("502 Bad Gateway\n")).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/);
    await client.write("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(await client.readUntil("\r\n\r\n")).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
    await client.write("GET /alive HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(await client.readUntil("alive")).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(proxy.log).toContainEqual(
      expect.objectContaining({ code: "ERR_UPSTREAM_CONNECT_REFUSED", target: "/dead" }),
    );
  });

  it("is a 504 when it takes too long", async () => {
    await using upstream = await startHttpUpstream(() => {});
    await using proxy = await startProxy({
      server: `timeout = { upstream_read_timeout_sec = 1 }\n${everythingTo(upstream.origin)}`,
    });
    const response = await fetch(proxy.origin);
    expect(response.status).toBe(504);
  });

  it("is told when the client leaves", async () => {
    const closed = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    await using upstream = await startHttpUpstream((request) => {
      request.socket.once("close", () => closed.resolve());
      arrived.resolve();
    });
    await using proxy = await startProxy({ server: everythingTo(upstream.origin) });
    const client = await rawClient(proxy.address);
    await client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await arrived.promise;
    client.reset();
    await closed.promise;
    expect(upstream.requests).toBe(1);
  });
});

describe("connections to upstreams", () => {
  it("are used again", async () => {
    await using upstream = await startHttpUpstream((_request, response) => response.end("ok"));
    await using proxy = await startProxy({ server: everythingTo(upstream.origin) });
    for (let count = 0; count < 20; count += 1) expect(await (await fetch(proxy.origin)).text()).toBe("ok");
    expect(upstream.requests).toBe(20);
    expect(upstream.connections).toBe(1);
  });

  it("do not fail a request because the upstream closed the kept one", async () => {
    await using upstream = await startHttpUpstream((request, response) => {
      response.end("ok");
      request.socket.end();
    });
    await using proxy = await startProxy({ server: everythingTo(upstream.origin) });
    for (let count = 0; count < 50; count += 1) expect((await fetch(proxy.origin)).status).toBe(200);
    expect(upstream.connections).toBe(50);
  });
});
