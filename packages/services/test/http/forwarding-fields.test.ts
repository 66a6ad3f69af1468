import { createRequest } from "@monolake/http";
import { describe, expect, it } from "vitest";
import { ForwardingFields, type ForwardingOptions } from "../../src/http/forwarding/forwarding-fields.ts";

const names = ["X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "Forwarded"];

/** What an upstream is told of a request that 10.0.0.1 sent in cleartext, for site.test. */
function told(fields: readonly string[], options: ForwardingOptions): Record<string, string> {
  const headers = ["Host: site.test", ...fields].map((line) => line.split(/: (.*)/s, 2) as [string, string]);
  const request = createRequest({ headers });
  const peerAddress = { type: "socket", host: "10.0.0.1", port: 4711 } as const;
  new ForwardingFields(options).write(request, { peerAddress, matchedRoute: { strippedPrefix: "" } }, "http");
  const lines = names.map((name) => [name, request.headers.getAll(name).join(", ")] as const);
  return Object.fromEntries(lines.filter(([, value]) => value !== ""));
}

const trusting: ForwardingOptions = { trustedProxies: ["10.0.0.0/8"] };
const own = 'for=10.0.0.1;proto=http;host="site.test"';

describe("Forwarded of a trusted proxy, alone, is what X-Forwarded-* say, too:", () => {
  it.each([
    ["proto=https", "10.0.0.1", "https", "site.test"],
    ['for=203.0.113.7;proto=https;host="shop.test:8443"', "203.0.113.7, 10.0.0.1", "https", "shop.test:8443"],
    ['For="[2001:db8::7]:4711";HOST=shop.test', "2001:db8::7, 10.0.0.1", "http", "shop.test"],
    ["for=_hidden;proto=HTTPS", "unknown, 10.0.0.1", "HTTPS", "site.test"],
    // The one in front of the one in front is ours, too, and saw the client.
    [
      "for=203.0.113.7;proto=https, for=10.0.0.2;proto=http",
      "203.0.113.7, 10.0.0.2, 10.0.0.1",
      "https",
      "site.test",
    ],
    // Nobody of ours saw who says this.
    [
      "for=6.6.6.6;proto=https;host=evil.test, for=203.0.113.7;proto=http",
      "6.6.6.6, 203.0.113.7, 10.0.0.1",
      "http",
      "site.test",
    ],
    ["for=6.6.6.6;proto=https, for=unknown;proto=http", "6.6.6.6, unknown, 10.0.0.1", "http", "site.test"],
    // Whoever saw the client did not say how; the next one knows how it was asked.
    ["for=203.0.113.7, for=10.0.0.2;proto=https", "203.0.113.7, 10.0.0.2, 10.0.0.1", "https", "site.test"],
    ['by="a;proto=https;host=evil.test";for=203.0.113.7', "203.0.113.7, 10.0.0.1", "http", "site.test"],
    ['for=203.0.113.7;proto="a b";host="x,y"', "203.0.113.7, 10.0.0.1", "http", "site.test"],
  ])("%s", (forwarded, addresses, scheme, host) => {
    const expected = {
      "X-Forwarded-For": addresses,
      "X-Forwarded-Proto": scheme,
      "X-Forwarded-Host": host,
    };
    expect(told([`Forwarded: ${forwarded}`], trusting)).toEqual({
      ...expected,
      Forwarded: `${forwarded}, ${own}`,
    });
    expect(told([`Forwarded: ${forwarded}`], { ...trusting, rfc7239: false })).toEqual({
      ...expected,
      Forwarded: forwarded,
    });
  });
});

describe("X-Forwarded-* of a trusted proxy, alone, are what Forwarded says, too:", () => {
  it.each([
    [["X-Forwarded-For: 203.0.113.7"], "for=203.0.113.7"],
    [["X-Forwarded-For: 203.0.113.7", "X-Forwarded-Proto: https"], "for=203.0.113.7;proto=https"],
    [
      [
        "X-Forwarded-For: 6.6.6.6, 2001:db8::7, 10.0.0.2",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Host: shop.test",
      ],
      'for=6.6.6.6, for="[2001:db8::7]";proto=https;host="shop.test", for=10.0.0.2',
    ],
    [["X-Forwarded-For: somebody", "X-Forwarded-For: 10.0.0.2:80"], "for=unknown, for=10.0.0.2"],
    [["X-Forwarded-Proto: https, http"], "proto=https"],
    [["X-Forwarded-For: 203.0.113.7", 'X-Forwarded-Host: "', "X-Forwarded-Proto: a b"], "for=203.0.113.7"],
  ])("%j", (fields, forwarded) => {
    expect(told(fields, trusting)["Forwarded"]).toBe(`${forwarded}, ${own}`);
  });
});

describe("where both came", () => {
  it("each is added to, and X-Forwarded-* are not made of what Forwarded says, which a stranger may have sent through", () => {
    const fields = ["X-Forwarded-For: 203.0.113.7", "Forwarded: for=6.6.6.6;proto=https;host=evil.test"];
    expect(told(fields, { ...trusting, port: true })).toEqual({
      "X-Forwarded-For": "203.0.113.7, 10.0.0.1",
      Forwarded: `for=6.6.6.6;proto=https;host=evil.test, ${own}`,
    });
  });

  it("addresses that only Forwarded has are those of the client", () => {
    const fields = ["X-Forwarded-Proto: https", "Forwarded: for=203.0.113.7"];
    expect(told(fields, trusting)).toMatchObject({
      "X-Forwarded-For": "203.0.113.7, 10.0.0.1",
      "X-Forwarded-Proto": "https",
      "X-Forwarded-Host": "site.test",
    });
  });
});

it("whoever is believed without being a proxy of ours is believed from the first element on", () => {
  const fields = ["Forwarded: for=203.0.113.7;proto=https, for=198.51.100.1;proto=http"];
  expect(told(fields, { mode: "append" })).toMatchObject({
    "X-Forwarded-For": "203.0.113.7, 198.51.100.1, 10.0.0.1",
    "X-Forwarded-Proto": "https",
  });
});

it("X-Forwarded-Port is that of the host and the scheme that are told", () => {
  const options = { ...trusting, port: true };
  expect(told(["Forwarded: proto=https"], options)["X-Forwarded-Port"]).toBe("443");
  expect(told(["X-Forwarded-Host: shop.test:81"], options)["X-Forwarded-Port"]).toBe("81");
});

it("a list that is longer than any way through proxies is not translated as a whole", () => {
  const addresses = Array.from({ length: 1_000 }, (_, index) => `192.0.2.${index % 250}`).join(", ");
  const { Forwarded = "" } = told([`X-Forwarded-For: ${addresses}`], trusting);
  expect(Forwarded.split(", ")).toHaveLength(33);
});
