import { eventually, freePort } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { OpenidOptionsError, OpenidStoreError, type SessionStore } from "../src/index.ts";
import { CookieClient } from "./fixtures/cookie-client.ts";
import { startForgedSite } from "./fixtures/forged-login.ts";
import { startProvider } from "./fixtures/start-provider.ts";
import { startSite } from "./fixtures/start-site.ts";

it("a provider that is not there: 503, and it is asked again later, when it is", async () => {
  const port = await freePort();
  await using site = await startSite({ openid: { issuerUrl: `http://127.0.0.1:${port}` } });
  const client = new CookieClient();
  const response = await client.get(`${site.origin}/page`);
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
  expect(await response.text()).toContain("Try again in a moment");
  expect(site.failures).toMatchObject([
    { code: "ERR_OPENID_PROVIDER", step: "discovery", reason: "ECONNREFUSED" },
  ]);
  // What needs no login, and who is a program, does not need the provider.
  expect((await client.get(`${site.origin}/health`)).status).toBe(200);
  expect((await client.get(`${site.origin}/page`, { headers: { accept: "*/*" } })).status).toBe(401);
  await using _ = await startProvider({
    redirectUrl: `${site.origin}/oidc/callback`,
    afterLogoutUrl: site.origin,
    port,
  });
  await eventually(async () => expect((await client.get(`${site.origin}/page`)).status).toBe(303));
});

it("a path that needs no login is served as nobody's while the provider cannot say whether a session holds", async () => {
  await using site = await startForgedSite({ expiresIn: 1 });
  await site.finish(await site.begin());
  site.forging.forgery.answer = (path, response) => path === "/token" && Boolean(response.destroy());
  expect((await site.client.get(`${site.site.origin}/health`)).status).toBe(200);
  expect(site.site.seen.at(-1)?.claims).toBeUndefined();
  expect(site.site.seen.at(-1)?.headers).not.toHaveProperty("x-user");
  expect(site.site.seen.at(-1)?.headers).not.toHaveProperty("cookie");
  expect(site.site.failures).toMatchObject([{ code: "ERR_OPENID_PROVIDER", step: "refresh" }]);
  expect((await site.client.get(`${site.site.origin}/page`)).status).toBe(503);
});

it("a path that needs no login is served as nobody's while the store does not answer", async () => {
  let down = false;
  const values = new Map<string, string>();
  const sessionStore: SessionStore = {
    get: async (id) => {
      if (down) throw new OpenidStoreError({ command: "get", reason: "ECONNREFUSED", status: 503 });
      return values.get(id);
    },
    set: async (id, value) => void values.set(id, value),
    delete: async (id) => void values.delete(id),
    lock: async () => true,
  };
  await using site = await startForgedSite({}, { sessionStore });
  await site.finish(await site.begin());
  down = true;
  expect((await site.client.get(`${site.site.origin}/health`)).status).toBe(200);
  expect(site.site.seen.at(-1)?.claims).toBeUndefined();
  expect((await site.client.get(`${site.site.origin}/page`)).status).toBe(503);
});

it.each<[string, number, Parameters<typeof startForgedSite>[0]]>([
  ["does not answer in time", 503, { answer: () => true }],
  ["breaks off", 503, { answer: (_path, response) => Boolean(response.destroy()) }],
  ["answers with an error", 502, { answer: (_path, response) => Boolean(response.writeHead(500).end("oh")) }],
  [
    "answers with something else",
    502,
    {
      answer: (_path, response) => Boolean(response.setHeader("content-type", "application/json").end("{}")),
    },
  ],
])("a provider that %s at the discovery: %i", async (_what, status, forgery) => {
  await using site = await startForgedSite(forgery, { timeoutMs: 200 });
  const response = await site.client.get(`${site.site.origin}/page`);
  expect(response.status).toBe(status);
  expect(site.site.failures).toMatchObject([{ code: "ERR_OPENID_PROVIDER", step: "discovery", status }]);
});

it.each<[string, number, Parameters<typeof startForgedSite>[0]]>([
  ["does not answer in time", 503, { answer: (path) => path === "/token" }],
  ["breaks off", 503, { answer: (path, response) => path === "/token" && Boolean(response.destroy()) }],
  [
    "answers with an error",
    502,
    { answer: (path, response) => path === "/token" && Boolean(response.writeHead(500).end("oh")) },
  ],
])(
  "a provider that %s when a code is exchanged: %i, and the attempt is over",
  async (_what, status, forgery) => {
    await using site = await startForgedSite(forgery, { timeoutMs: 200 });
    const response = await site.finish(await site.begin());
    expect(response.status).toBe(status);
    expect(site.site.failures).toMatchObject([
      { code: "ERR_OPENID_PROVIDER", step: "code exchange", status },
    ]);
    expect(site.client.jar(site.site.origin).size).toBe(0);
  },
);

describe("options that are not safe, or cannot work, are refused", () => {
  it.each([
    [{ issuerUrl: "login.example.com" }, "issuerUrl"],
    [{ issuerUrl: "http://login.example.com", allowInsecureIssuer: false }, "issuerUrl"],
    [{ redirectUrl: "/callback" }, "redirectUrl"],
    [{ redirectUrl: "https://site.example/callback?a=1" }, "redirectUrl"],
    [{ sessionSecrets: [] }, "sessionSecrets"],
    [{ sessionSecrets: ["a".repeat(31)] }, "sessionSecrets"],
  ])("%j", async (openid, option) => {
    const starting = startSite({ openid });
    await expect(starting).rejects.toThrow(OpenidOptionsError);
    await expect(starting).rejects.toMatchObject({ code: "ERR_OPENID_OPTIONS", option });
  });
});
