import { readFile } from "node:fs/promises";
import { type EchoedRequest, rawClient, startHttpUpstream, temporaryFolder } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { everythingTo, startProxy } from "./start-proxy.ts";

interface Seen {
  /** Fields of the upstream's request by their lower-case names, repeated ones joined. */
  readonly fields: Readonly<Record<string, string>>;
  readonly url: string;
  readonly response: string;
}

/** What an upstream sees of a request that comes from 127.0.0.1, and the head of the answer. */
async function ask(settings: string, fields: string, route = everythingTo): Promise<Seen> {
  await using upstream = await startHttpUpstream();
  await using proxy = await startProxy({ server: `${settings}\n${route(upstream.origin)}` });
  await using client = await rawClient(proxy.address);
  await client.write(`GET /api/a HTTP/1.1\r\nHost: site.test:81\r\nConnection: close\r\n${fields}\r\n`);
  const answer = await client.readToEnd();
  const [response = "", body = ""] = answer.split("\r\n\r\n");
  const echoed = JSON.parse(body) as EchoedRequest;
  const seen: Record<string, string> = {};
  for (let index = 0; index < echoed.rawHeaders.length; index += 2) {
    const name = (echoed.rawHeaders[index] as string).toLowerCase();
    const value = echoed.rawHeaders[index + 1] as string;
    seen[name] = seen[name] === undefined ? value : `${seen[name]}, ${value}`;
  }
  return { fields: seen, url: echoed.url, response };
}

const trusting = (proxies: string, more = ""): string =>
  `forwarded = { trusted_proxies = [${proxies}]${more} }`;
const everything = ", port = true, prefix = true, real_ip = true";

const claims = [
  "X-Forwarded-For: 203.0.113.7, 10.1.1.1",
  "X-Forwarded-Proto: https",
  "X-Forwarded-Host: public.test",
  "X-Forwarded-Port: 443",
  "X-Forwarded-Prefix: /outer",
  "X-Real-IP: 203.0.113.7",
  "Forwarded: for=203.0.113.7;proto=https",
  "",
].join("\r\n");

describe("forwarding fields", () => {
  it("are dropped, all of the family, when a stranger sends them", async () => {
    const { fields } = await ask(trusting('"10.0.0.0/8"'), claims);
    expect(fields).toMatchObject({
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-proto": "http",
      "x-forwarded-host": "site.test:81",
      forwarded: 'for=127.0.0.1;proto=http;host="site.test:81"',
    });
    for (const name of ["x-forwarded-port", "x-forwarded-prefix", "x-real-ip"])
      expect(fields).not.toHaveProperty(name);
  });

  it("say of a stranger what they are asked to say", async () => {
    const { fields } = await ask(trusting("", everything), claims);
    expect(fields).toMatchObject({ "x-forwarded-port": "81", "x-real-ip": "127.0.0.1" });
    expect(fields).not.toHaveProperty("x-forwarded-prefix");
  });

  it.each(['"127.0.0.1"', '"127.0.0.0/8"', '"::1", "127.0.0.1/32"'])(
    "are added to when a trusted proxy sends them: %s",
    async (proxies) => {
      const { fields } = await ask(trusting(proxies), claims);
      expect(fields).toMatchObject({
        "x-forwarded-for": "203.0.113.7, 10.1.1.1, 127.0.0.1",
        "x-forwarded-proto": "https",
        "x-forwarded-host": "public.test",
        "x-forwarded-port": "443",
        "x-forwarded-prefix": "/outer",
        "x-real-ip": "203.0.113.7",
        forwarded: 'for=203.0.113.7;proto=https, for=127.0.0.1;proto=http;host="site.test:81"',
      });
    },
  );

  it("say the same in both ways, whichever of them a trusted proxy has sent", async () => {
    const forwarded = await ask(
      trusting('"127.0.0.1"'),
      'Forwarded: for=203.0.113.7;proto=https;host="public.test"\r\n',
    );
    const listed = await ask(
      trusting('"127.0.0.1"'),
      "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: public.test\r\n",
    );
    for (const { fields } of [forwarded, listed])
      expect(fields).toMatchObject({
        "x-forwarded-for": "203.0.113.7, 127.0.0.1",
        "x-forwarded-proto": "https",
        "x-forwarded-host": "public.test",
        forwarded:
          'for=203.0.113.7;proto=https;host="public.test", for=127.0.0.1;proto=http;host="site.test:81"',
      });
  });

  it("name the last address that no trusted proxy has as X-Real-IP", async () => {
    const spoofed = `X-Forwarded-For: 6.6.6.6, 203.0.113.7, 10.1.1.1\r\nX-Real-IP: 6.6.6.6\r\n`;
    const { fields } = await ask(trusting('"127.0.0.1", "10.0.0.0/8"', everything), spoofed);
    expect(fields["x-real-ip"]).toBe("203.0.113.7");
  });

  it("name the prefix that the route strips, behind the one that was stripped before", async () => {
    const route = (origin: string) => `[[servers.test.routes]]
path = "/api/{*rest}"
path_mode = "strip_prefix"
upstreams = [{ endpoint = { type = "uri", value = "${origin}" } }]`;
    const stranger = await ask(trusting("", everything), claims, route);
    expect([stranger.url, stranger.fields["x-forwarded-prefix"]]).toEqual(["/a", "/api"]);
    const proxied = await ask(trusting('"127.0.0.1"', everything), claims, route);
    expect([proxied.url, proxied.fields["x-forwarded-prefix"]]).toEqual(["/a", "/outer/api"]);
  });

  it("cannot be taken away by naming them in Connection", async () => {
    const { fields } = await ask(
      `${trusting("")}\nrequest_id = { mode = "generate" }`,
      "Connection: X-Forwarded-For, Forwarded, X-Request-Id\r\n",
    );
    expect(fields["x-forwarded-for"]).toBe("127.0.0.1");
    expect(fields["forwarded"]).toMatch(/^for=127/);
    expect(fields["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
  });
});

it("a Forwarded with an open quote, which would swallow what is added, is dropped", async () => {
  const { fields } = await ask(
    trusting('"127.0.0.1"'),
    'Forwarded: for=1.2.3.4;by="x\\"\r\nForwarded: by="y, z"\r\n',
  );
  expect(fields["forwarded"]).toBe('by="y, z", for=127.0.0.1;proto=http;host="site.test:81"');
});

describe("the client's address in the log", () => {
  it.each([
    ['"10.0.0.0/8"', "X-Forwarded-For: 6.6.6.6\r\n", "127.0.0.1"],
    ['"127.0.0.1"', "X-Forwarded-For: 6.6.6.6, 203.0.113.7\r\n", "203.0.113.7"],
    [
      '"127.0.0.1", "10.0.0.0/8"',
      "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 203.0.113.7,10.2.2.2\r\n",
      "203.0.113.7",
    ],
    ['"127.0.0.1", "10.0.0.0/8"', "X-Forwarded-For: 10.3.3.3, 10.2.2.2\r\n", "10.3.3.3"],
    ['"127.0.0.1", "10.0.0.0/8"', "X-Forwarded-For: 6.6.6.6, unknown, 10.2.2.2\r\n", "10.2.2.2"],
    ['"127.0.0.1"', "X-Forwarded-For: [2001:db8::7]:4711\r\n", "2001:db8::7"],
    ['"127.0.0.1"', 'Forwarded: for=6.6.6.6, For="[2001:db8::8]:80";proto=http\r\n', "2001:db8::8"],
    ['"127.0.0.1"', 'X-Forwarded-For: ", 203.0.113.7\r\n', "203.0.113.7"],
    ['"127.0.0.1"', 'Forwarded: for=6.6.6.6;by="x, for=203.0.113.7\r\n', "127.0.0.1"],
    ['"127.0.0.1"', 'Forwarded: by="x;for=6.6.6.6";for=203.0.113.7\r\n', "203.0.113.7"],
    ['"127.0.0.1"', "", "127.0.0.1"],
  ])("with %s trusted and %j is %s", async (proxies, fields, client) => {
    await using folder = await temporaryFolder();
    const path = `${folder.path}/access.log`;
    const log = `access_log = { path = "${path}", format = "$remote_addr $peer_addr", flush_ms = 1 }`;
    await ask(`${log}\n${trusting(proxies)}`, fields);
    await expect.poll(() => readFile(path, "utf8")).toBe(`${client} 127.0.0.1\n`);
  });
});

describe("X-Request-Id", () => {
  const given = "X-Request-Id: mine-1\r\n";
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

  it("is a field like any other by default", async () => {
    const { fields, response } = await ask("", given);
    expect(fields["x-request-id"]).toBe("mine-1");
    expect(response).not.toMatch(/x-request-id/i);
    expect((await ask("", "")).fields).not.toHaveProperty("x-request-id");
  });

  it("is a new one for each request, which logs and clients can be told", async () => {
    await using folder = await temporaryFolder();
    const path = `${folder.path}/access.log`;
    const log = `access_log = { path = "${path}", format = "$request_id", flush_ms = 1 }`;
    const { fields, response } = await ask(`request_id = { mode = "generate", echo = true }\n${log}`, given);
    const id = fields["x-request-id"] as string;
    expect(id).toMatch(uuid);
    expect(response).toContain(`X-Request-Id: ${id}`);
    await expect.poll(() => readFile(path, "utf8")).toBe(`${id}\n`);
  });

  it.each([
    ['"127.0.0.1"', given, "mine-1"],
    ['"10.0.0.0/8"', given, uuid],
    ['"127.0.0.1"', "", uuid],
    ['"127.0.0.1"', "X-Request-Id: two words\r\n", uuid],
  ])("of %s and %j is kept only from a trusted proxy: %s", async (proxies, fields, expected) => {
    const seen = await ask(`request_id = { mode = "keep_trusted" }\n${trusting(proxies)}`, fields);
    expect(seen.fields["x-request-id"]).toEqual(
      expected instanceof RegExp ? expect.stringMatching(expected) : expected,
    );
  });
});

describe("Via", () => {
  it("is left alone by default, and added to both ways when it has a name", async () => {
    expect((await ask("", "Via: 1.0 fred\r\n")).fields["via"]).toBe("1.0 fred");
    expect((await ask("", "")).fields).not.toHaveProperty("via");
    const named = await ask('forwarded = { via = "edge" }', "Via: 1.0 fred\r\nConnection: Via\r\n");
    expect(named.fields["via"]).toBe("1.0 fred, 1.1 edge");
    expect(named.response).toContain("Via: 1.1 edge");
  });
});

describe("TE", () => {
  it.each([
    ["Connection: TE\r\nTE: trailers, gzip;q=0.5\r\n", "trailers"],
    ["Connection: TE\r\nTE: gzip\r\n", undefined],
    ["TE: trailers\r\n", undefined],
  ])("%j reaches the upstream as %s", async (fields, expected) => {
    const seen = (await ask("", fields)).fields;
    expect(seen["te"]).toBe(expected);
    if (expected !== undefined) expect(seen["connection"]).toBe("te");
  });
});
