import { randomBytes } from "node:crypto";
import { createRequest, createResponse, type HttpHandler, type HttpRequest } from "@monolake/http";
import { fixedFactory, serviceFn } from "@monolake/service-async";
import { eventually } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { openid, type SessionStore } from "../src/index.ts";
import { Sealer } from "../src/sealer.ts";
import type { Session } from "../src/session.ts";
import { startForgedSite } from "./fixtures/forged-login.ts";
import { loggedIn, sessionSecret, startSite } from "./fixtures/start-site.ts";

/** A store in memory, as a test needs to look at it. */
function memoryStore() {
  const values = new Map<string, string>();
  const locks = new Set<string>();
  const store: SessionStore = {
    get: async (id) => values.get(id),
    set: async (id, value) => void values.set(id, value),
    delete: async (id) => void values.delete(id),
    lock: async (id) => !locks.has(id) && Boolean(locks.add(id)),
  };
  return { store, values, locks };
}

describe("a large session", () => {
  const large = (bytes: number) => ({
    claims: (claims: object) => ({ ...claims, large: randomBytes(bytes / 2).toString("hex") }),
  });

  it("is in several cookies, and those that are not needed any more are taken away", async () => {
    await using site = await startForgedSite(large(5000), { claims: ["sub", "large"] });
    const jar = site.client.jar(site.site.origin);
    const response = await site.finish(await site.begin());
    for (const cookie of response.headers.getSetCookie()) expect(cookie.length).toBeLessThan(4096);
    expect([...jar.keys()]).toEqual(["monolake", "monolake.1"]);
    await site.client.get(`${site.site.origin}/page`);
    expect(site.site.seen.at(-1)?.claims?.["large"]).toHaveLength(5000);
    expect(site.site.seen.at(-1)?.headers).not.toHaveProperty("cookie");
    Object.assign(site.forging.forgery, large(10));
    const again = await site.client.get(`${site.site.origin}/bye`);
    expect(again.status).toBe(200);
    jar.set("monolake", "forgotten");
    await site.finish(await site.begin());
    expect([...jar.keys()]).toEqual(["monolake"]);
  });

  it("that does not fit is refused, and nothing half is left", async () => {
    await using site = await startForgedSite(large(30_000), { claims: ["sub", "large"] });
    const response = await site.finish(await site.begin());
    expect(response.status).toBe(500);
    expect(site.site.failures).toMatchObject([{ code: "ERR_OPENID_SESSION_TOO_LARGE", maxBytes: 15_200 }]);
    expect(site.client.jar(site.site.origin).size).toBe(0);
  });

  it("fits into a store, of which the browser has only the key", async () => {
    const { store, values } = memoryStore();
    await using site = await startForgedSite(large(30_000), {
      claims: ["sub", "large"],
      sessionStore: store,
    });
    await site.finish(await site.begin());
    expect(site.client.jar(site.site.origin).get("monolake")?.length).toBeLessThan(500);
    await site.client.get(`${site.site.origin}/page`);
    const claim = String(site.site.seen.at(-1)?.claims?.["large"]);
    expect(claim).toHaveLength(30_000);
    // Not the name: three letters come up by chance in so much base64.
    expect([...values.values()].join()).not.toContain(claim.slice(0, 20));
    values.clear();
    expect((await site.client.get(`${site.site.origin}/page`)).status).toBe(303);
  });
});

/** Refreshed from its first second on. */
const shortLived = { provider: { accessTokenSeconds: 1 } };
const refreshes = (requests: readonly string[]) =>
  requests.filter((request) => request === "POST /token").length - 1;

describe("a session whose time has come", () => {
  it("is refreshed once for all requests that come together, also for those that come late", async () => {
    await using site = await startSite({ provider: { accessTokenSeconds: 2 } });
    const client = await loggedIn(site);
    const jar = client.jar(site.origin);
    const before = jar.get("monolake") as string;
    // Its time comes in a second: a slow login has ended with a refresh already.
    const refreshed = refreshes(site.provider.requests) + 1;
    await eventually(async () => {
      jar.set("monolake", before);
      await client.get(`${site.origin}/page`);
      expect(refreshes(site.provider.requests)).toBe(refreshed);
    });
    jar.set("monolake", before);
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.get(`${site.origin}/page`)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(refreshes(site.provider.requests)).toBe(refreshed);
    expect(jar.get("monolake")).not.toBe(before);
    expect(site.seen.at(-1)?.claims?.["email"]).toBe("ada@example.com");
  });

  it("goes on with the refresh token that came last, as providers take the second use of one for theft", async () => {
    await using site = await startSite(shortLived);
    const client = await loggedIn(site);
    for (let times = 1; times <= 3; times += 1) {
      await eventually(async () => {
        expect((await client.get(`${site.origin}/page`)).status).toBe(200);
        expect(refreshes(site.provider.requests)).toBeGreaterThanOrEqual(times);
      });
    }
    expect(site.failures).toEqual([]);
  });

  it("is over when the provider says so, and its cookies are taken away", async () => {
    await using site = await startForgedSite({ expiresIn: 1 });
    await site.finish(await site.begin());
    site.forging.forgery.answer = (path, response) => {
      if (path !== "/token") return false;
      response.writeHead(400, { "content-type": "application/json" }).end('{"error":"invalid_grant"}');
      return true;
    };
    const response = await site.client.get(`${site.site.origin}/page`, { headers: { accept: "*/*" } });
    expect(response.status).toBe(401);
    expect(site.client.jar(site.site.origin).size).toBe(0);
  });

  it("is over when the provider speaks of somebody else", async () => {
    await using site = await startForgedSite({ expiresIn: 1 });
    await site.finish(await site.begin());
    site.forging.forgery.claims = ({ nonce: _, ...claims }) => ({ ...claims, sub: "eve" });
    expect((await site.client.get(`${site.site.origin}/page`)).status).toBe(303);
    expect(site.site.seen).toEqual([]);
  });

  it("waits for a provider that does not answer: 503, and the session is still there", async () => {
    await using site = await startForgedSite({ expiresIn: 1 });
    await site.finish(await site.begin());
    site.forging.forgery.answer = (path, response) => path === "/token" && Boolean(response.destroy());
    expect((await site.client.get(`${site.site.origin}/page`)).status).toBe(503);
    delete site.forging.forgery.answer;
    site.forging.forgery.claims = ({ nonce: _, ...claims }) => claims;
    expect((await site.client.get(`${site.site.origin}/page`)).status).toBe(200);
  });

  it("is not refreshed anew by what takes over in a reload, which knows the provider, too", async () => {
    await using site = await startForgedSite({ expiresIn: 1 });
    await site.finish(await site.begin());
    site.forging.forgery.claims = ({ nonce: _, ...claims }) => claims;
    const options = {
      issuerUrl: site.forging.issuer,
      clientId: "gateway",
      redirectUrl: `${site.site.origin}/oidc/callback`,
      sessionSecrets: [sessionSecret],
      allowInsecureIssuer: true,
    };
    const inner = fixedFactory(serviceFn(async (_request: HttpRequest) => createResponse("fine")));
    const headers = { Cookie: `monolake=${site.client.jar(site.site.origin).get("monolake")}` };
    const ask = async (handler: HttpHandler) => {
      const response = await handler.call(createRequest({ target: "/page", headers }), {});
      return [response.status, response.headers.has("set-cookie")];
    };
    const first = await openid(options, inner).make();
    expect(await ask(first)).toEqual([200, true]);
    const asked = site.forging.requests.length;
    const second = await openid({ ...options, logoutPath: "/bye" }, inner).make(first);
    expect(await ask(second)).toEqual([200, true]);
    expect(site.forging.requests).toHaveLength(asked);
    // Another provider, or client, is asked what it is.
    const third = await openid({ ...options, clientSecret: "another" }, inner).make(second);
    const login = { target: "/page", headers: { Accept: "text/html" } };
    expect((await third.call(createRequest(login), {})).status).toBe(303);
    expect(site.forging.requests.slice(asked).map(({ path }) => path)).toEqual([
      "/.well-known/openid-configuration",
    ]);
  });

  it("in a store is refreshed by one of all workers, and the others wait for what comes of it", async () => {
    const { store, values, locks } = memoryStore();
    await using site = await startForgedSite({ expiresIn: 1 }, { sessionStore: store });
    await site.finish(await site.begin());
    const [[id, old] = ["", ""]] = [...values];
    const asked = site.forging.requests.length;
    // Another worker has the lock, and is done some time later.
    locks.add(id);
    const waiting = site.client.get(`${site.site.origin}/page`);
    const sealer = new Sealer({ secrets: [sessionSecret], realm: `${site.forging.issuer} gateway` });
    const session = (await sealer.open("session", old)) as Session;
    const renewed = { ...session, refreshAt: session.endsAt, claims: { sub: "ada", renewed: true } };
    values.set(id, await sealer.seal("session", renewed, 600));
    expect((await waiting).status).toBe(200);
    expect(site.site.seen.at(-1)?.claims).toEqual(renewed.claims);
    expect(site.forging.requests).toHaveLength(asked);
  });
});
