import { type EchoedRequest, rawClient, startHttpUpstream, temporaryFolder } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { startProxy } from "./start-proxy.ts";

/** A server's routes, for upstreams that say what they got. */
const routes = (...tables: readonly string[]): string =>
  tables.map((table) => `[[servers.test.routes]]\n${table}`).join("\n");

/** One proxied exchange: the response as it came, and what the upstream saw. */
async function ask(server: string, requestText: string) {
  await using upstream = await startHttpUpstream();
  const to = `upstreams = [{ endpoint = { type = "uri", value = "http://127.0.0.1:${upstream.port}" } }]`;
  await using proxy = await startProxy({ server: server.replaceAll("UPSTREAM", to) });
  await using client = await rawClient(proxy.address);
  await client.write(requestText.replaceAll("\n", "\r\n"));
  const whole = await client.readToEnd();
  const [head = "", body = ""] = whole.split(/\r\n\r\n(.*)/s);
  const seen =
    upstream.requests > 0 && body.startsWith("{") ? (JSON.parse(body) as EchoedRequest) : undefined;
  const headers = fieldsOf(seen?.rawHeaders ?? []);
  return { status: Number(head.slice(9, 12)), head, body, seen, headers, asked: upstream.requests };
}

/** Values by name in lower case, those of several lines joined. */
function fieldsOf(raw: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let at = 0; at < raw.length; at += 2) {
    const [name = "", value = ""] = [raw[at]?.toLowerCase(), raw[at + 1]];
    fields[name] = name in fields ? `${fields[name]}, ${value}` : value;
  }
  return fields;
}

const get = (target: string, more = "", method = "GET", host = "shop.test") =>
  `${method} ${target} HTTP/1.1\nHost: ${host}\nConnection: close\n${more}\n`;

describe("routes with conditions", () => {
  const server = routes(
    `path = "/{*rest}"\nmatch = { hosts = ["*.api.test"] }\nrewrite = "/wild/{rest}"\nUPSTREAM`,
    `path = "/{*rest}"\nmatch = { hosts = ["v1.api.test"], methods = ["GET", "POST"] }\nrewrite = "/v1/{rest}"\nUPSTREAM`,
    `path = "/p/{id}"\nUPSTREAM`,
    `path = "/p/{id}"\nmatch = { headers = { X-Env = "canary" } }\nrewrite = "/canary/{id}"\nUPSTREAM`,
    `path = "/p/{id}"\nmatch = { query = { v = "2" }, headers = { X-Env = "*" } }\nrewrite = "/two/{id}"\nUPSTREAM`,
    `path = "/only"\nmatch = { methods = ["PUT"] }\nUPSTREAM`,
  );
  it.each([
    ["the name that was asked", get("/x", "", "GET", "V1.API.test:80"), "/v1/x"],
    ["a wildcard", get("/x", "", "GET", "v2.api.test"), "/wild/x"],
    ["the next one where the method is another", get("/x", "", "DELETE", "v1.api.test"), "/wild/x"],
    ["a header", get("/p/1", "X-Env: canary\n"), "/canary/1"],
    ["more conditions before fewer", get("/p/1?v=2", "X-Env: canary\n"), "/two/1?v=2"],
    ["none of them", get("/p/1", "X-Env: other\n"), "/p/1"],
  ])("go by %s", async (_what, text, url) => {
    expect(await ask(server, text)).toMatchObject({ status: 200, seen: { url } });
  });

  it("answer 405 with what is allowed where only the method is none of theirs, else 404", async () => {
    const wrong = await ask(server, get("/only"));
    expect(wrong).toMatchObject({
      status: 405,
      asked: 0,
      head: expect.stringMatching(/\r\nAllow: PUT\r\n/i),
    });
    expect(await ask(server, get("/nothing"))).toMatchObject({ status: 404, asked: 0 });
  });
});

describe("rewriting", () => {
  const server = routes(
    `path = "/u/{id}/{*q}"\nrewrite = "/api/{id}/x?y={q}"\nUPSTREAM`,
    `path = "/dots/{id}"\nrewrite = "/private/.{id}/x?"\nUPSTREAM`,
  );
  it("puts parameters where the template says, and the query behind its own", async () => {
    expect(await ask(server, get("/u/7/a%2Fb/c?z=1"))).toMatchObject({
      seen: { url: "/api/7/x?y=a%2Fb/c&z=1" },
    });
  });

  it("keeps what is put there from being more than it was", async () => {
    expect(await ask(server, get("/u/7/a&admin=1+2"))).toMatchObject({
      seen: { url: "/api/7/x?y=a%26admin%3D1%2B2" },
    });
    expect(await ask(server, get("/dots/x?a"))).toMatchObject({ seen: { url: "/private/.x/x" } });
    expect(await ask(`${server}\n`.replaceAll("/dots/{id}", "/dots{id}"), get("/dots."))).toMatchObject({
      status: 400,
      asked: 0,
    });
  });

  it("is tried again as a whole at the next upstream", async () => {
    await using dead = await startHttpUpstream();
    const { port } = dead;
    await dead[Symbol.asyncDispose]();
    await using live = await startHttpUpstream();
    const list = [port, live.port].map(
      (at) => `{ endpoint = { type = "socket", value = "127.0.0.1:${at}" } }`,
    );
    const first = `load_balancer = "first"\nupstreams = [${list.join(", ")}]`;
    const answer = await ask(server.replaceAll("UPSTREAM", first), get("/u/7/a"));
    expect(answer).toMatchObject({ status: 200, body: expect.stringContaining('"url":"/api/7/x?y=a"') });
  });
});

describe("header edits", () => {
  const server = `request_id = { mode = "generate" }\n${routes(
    `path = "/u/{id}"
request = { set = { X-Id = "{id}", X-Who = "{client_addr} {host}" }, add = { X-Tag = "b" }, remove = ["Cookie"] }
response = { set = { X-Frame-Options = "DENY", X-Path = "{path}" }, remove = ["X-Powered-By"] }
rewrite = "/other"
UPSTREAM`,
  )}`;
  it("change what upstreams and clients get", async () => {
    const text = get("/u/a%0d%0ab", "X-Tag: a\nCookie: secret\nX-Id: theirs\n");
    const { head, headers } = await ask(server, text);
    expect(headers).toMatchObject({
      "x-id": "a%0d%0ab",
      "x-who": "127.0.0.1 shop.test",
      "x-tag": "a, b",
    });
    expect(headers).not.toHaveProperty("cookie");
    expect(head).toMatch(/\r\nX-Frame-Options: DENY\r\n/);
    expect(head).toMatch(/\r\nX-Path: \/u\/a%0d%0ab\r\n/);
  });

  it("cannot be undone by what a client puts into Connection", async () => {
    const { headers } = await ask(server, get("/u/1", "Connection: X-Id, X-Who\n"));
    expect(headers).toMatchObject({ "x-id": "1", "x-who": expect.any(String) });
  });

  it("are made of responses to failures, too", async () => {
    await using dead = await startHttpUpstream();
    const { port } = dead;
    await dead[Symbol.asyncDispose]();
    const to = `upstreams = [{ endpoint = { type = "socket", value = "127.0.0.1:${port}" } }]`;
    expect(await ask(server.replaceAll("UPSTREAM", to), get("/u/1"))).toMatchObject({
      status: 502,
      head: expect.stringContaining("X-Frame-Options: DENY"),
    });
  });
});

it.each([
  ["preserve", "shop.test"],
  ["app.internal", "app.internal"],
  ["app.internal:81", "app.internal:81"],
])("upstream_host = %j of a route goes before that of its server", async (host, expected) => {
  const server = routes(`path = "/"\nupstream_host = "${host}"\nUPSTREAM`);
  const { headers } = await ask(server, get("/"));
  expect(headers).toMatchObject({ host: expected, "x-forwarded-host": "shop.test" });
});

describe("answers without an upstream", () => {
  const server = routes(
    `path = "/old/{*rest}"\nredirect = { status = 308, location = "https://{host}/new/{rest}?{query}" }`,
    `path = "/go/{*rest}"\nredirect = { location = "/{rest}" }`,
    `path = "/health"\nrespond = { body = "fine\\n", content_type = "text/x-health" }\nresponse = { set = { Cache-Control = "no-store" } }`,
    `path = "/gone"\nrespond = { status = 410 }`,
  );
  it("redirect, by a template", async () => {
    const answer = await ask(server, get("/old/a%2Fb?c=d", "", "GET", "shop.test:8080"));
    expect(answer).toMatchObject({
      status: 308,
      head: expect.stringContaining("\r\nLocation: https://shop.test/new/a%2Fb?c=d\r\n"),
    });
  });

  it("redirect nowhere else than they say", async () => {
    const { head } = await ask(server, get("/go//evil.test/x"));
    expect(head).toMatch(/\r\nLocation: \/\.\/\/evil\.test\/x\r\n/);
  });

  it("have a body, but for HEAD, and take a request's body without reading it on", async () => {
    const answer = await ask(server, get("/health"));
    expect(answer).toMatchObject({ status: 200, body: "fine\n", asked: 0 });
    expect(answer.head).toMatch(/\r\nContent-Type: text\/x-health\r\n/);
    expect(answer.head).toMatch(/\r\nCache-Control: no-store/);
    expect(await ask(server, get("/health", "", "HEAD"))).toMatchObject({
      status: 200,
      body: "",
      head: expect.stringMatching(/content-length: 5/i),
    });
    expect(await ask(server, `${get("/health", "Content-Length: 3\n", "POST")}abc`)).toMatchObject({
      status: 200,
    });
    expect(await ask(server, get("/gone"))).toMatchObject({ status: 410, body: "" });
  });

  it("come from a file of at most 1 MiB; a server whose file is missing or larger does not start", async () => {
    await using folder = await temporaryFolder();
    const file = await folder.write("page.html", "<p>closed</p>");
    const page = (name: string) =>
      routes(`path = "/"\nrespond = { status = 503, file = "${name}", content_type = "text/html" }`);
    expect(await ask(page(file), get("/"))).toMatchObject({ status: 503, body: "<p>closed</p>" });
    await expect(ask(page(`${file}x`), get("/"))).rejects.toThrow(/cannot read the file/);
    const large = await folder.write("large.html", "x".repeat(1024 * 1024 + 1));
    await expect(ask(page(large), get("/"))).rejects.toThrow(/at most 1048576 bytes, found .* with 1048577/);
  });
});
