import { inspect } from "node:util";
import { eventually } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import type { LoginAttempt } from "../src/login-attempts.ts";
import { Sealer } from "../src/sealer.ts";
import { CookieClient } from "./fixtures/cookie-client.ts";
import { startForgedSite } from "./fixtures/forged-login.ts";
import type { ForgedClaims } from "./fixtures/forging-provider.ts";
import { sessionSecret, startSite } from "./fixtures/start-site.ts";

const now = () => Math.floor(Date.now() / 1000);

describe("an answer of the provider is refused", () => {
  it.each<[string, (claims: ForgedClaims) => ForgedClaims]>([
    ["for another login (nonce)", (claims) => ({ ...claims, nonce: "another" })],
    ["without a nonce", ({ nonce: _, ...claims }) => claims],
    ["for another client (audience)", (claims) => ({ ...claims, aud: "another" })],
    ["of another provider (issuer)", (claims) => ({ ...claims, iss: "https://another.example" })],
    ["that is too old", (claims) => ({ ...claims, exp: now() - 60 })],
    ["from the future", (claims) => ({ ...claims, iat: now() + 60, nbf: now() + 60 })],
    ["about nobody", ({ sub: _, ...claims }) => claims],
  ])("%s", async (_what, claims) => {
    await using site = await startForgedSite({ claims });
    const response = await site.finish(await site.begin());
    expect(response.status).toBe(400);
    expect(site.site.failures).toMatchObject([{ code: "ERR_OPENID_LOGIN", problem: "invalid-answer" }]);
    expect((await site.client.get(`${site.site.origin}/page`)).status).toBe(303);
  });

  it("that the provider has not signed", async () => {
    await using site = await startForgedSite({ foreignKey: true });
    expect((await site.finish(await site.begin())).status).toBe(400);
  });

  it("but clocks may differ a little", async () => {
    const claims = (claims: ForgedClaims) => ({ ...claims, exp: now() - 20, nbf: now() + 20 });
    await using site = await startForgedSite({ claims });
    expect((await site.finish(await site.begin())).status).toBe(303);
    await using strict = await startForgedSite({ claims }, { clockToleranceMs: 1_000 });
    expect((await strict.finish(await strict.begin())).status).toBe(400);
  });
});

describe("a callback is refused", () => {
  it("that nobody began here, without asking the provider", async () => {
    await using site = await startForgedSite();
    const asked = site.forging.requests.length;
    for (const query of ["", "?", "?code=a", "?code=a&state=", "?code=a&state=unknown", "?state=%00"]) {
      const response = await site.client.get(`${site.site.origin}/oidc/callback${query}`);
      expect(response.status).toBe(400);
    }
    expect(site.forging.requests).toHaveLength(asked);
    expect(site.site.failures[0]).toMatchObject({ code: "ERR_OPENID_LOGIN", problem: "unknown-attempt" });
  });

  it("in another browser than the one that began it (login CSRF)", async () => {
    await using site = await startForgedSite();
    const provider = await site.begin();
    const victim = new CookieClient();
    const query = new URLSearchParams({ code: "the-code", state: provider.searchParams.get("state") ?? "" });
    expect((await victim.get(`${site.site.origin}/oidc/callback?${query}`)).status).toBe(400);
    expect(victim.jar(site.site.origin).size).toBe(0);
  });

  it("the second time, and its session stays as it is", async () => {
    await using site = await startForgedSite();
    const provider = await site.begin();
    expect((await site.finish(provider)).status).toBe(303);
    const session = site.client.jar(site.site.origin).get("monolake");
    expect((await site.finish(provider)).status).toBe(400);
    expect(site.client.jar(site.site.origin).get("monolake")).toBe(session);
  });

  it("with the code of another login of the same browser (PKCE)", async () => {
    await using site = await startSite();
    const client = new CookieClient();
    const atCallback = (url: string) => url.startsWith(`${site.origin}/oidc/callback`);
    const one = await client.logIn(`${site.origin}/one`, "ada", atCallback);
    const two = await client.logIn(`${site.origin}/two`, "ada", atCallback);
    const mixed = new URL(two.url);
    mixed.searchParams.set("code", new URL(one.url).searchParams.get("code") ?? "");
    expect((await client.get(mixed.href)).status).toBe(400);
    expect(site.failures).toMatchObject([{ code: "ERR_OPENID_LOGIN", reason: "invalid_grant" }]);
  });

  it("with a state that is not the one of its cookie, or after ten minutes", async () => {
    await using site = await startForgedSite();
    const sealer = new Sealer({ secrets: [sessionSecret], realm: `${site.forging.issuer} gateway` });
    const jar = site.client.jar(site.site.origin);
    for (const [change, maxAgeSeconds] of [
      [{ state: "other" }, 600],
      [{}, -1],
    ] as const) {
      const provider = await site.begin();
      const [name = "", sealed = ""] = [...jar].at(-1) ?? [];
      const attempt = (await sealer.open("login", sealed)) as LoginAttempt;
      jar.set(name, await sealer.seal("login", { ...attempt, ...change }, maxAgeSeconds));
      expect((await site.finish(provider)).status).toBe(400);
    }
  });

  it("with 403 when the provider says no, whose words are not repeated", async () => {
    await using site = await startForgedSite();
    const provider = await site.begin();
    const state = provider.searchParams.get("state") ?? "";
    const query = new URLSearchParams({ error: "access_denied", error_description: "<script>", state });
    const response = await site.client.get(`${site.site.origin}/oidc/callback?${query}`);
    expect([response.status, await response.text()]).toEqual([
      403,
      "403 Forbidden\nThe login service did not let you in.\n",
    ]);
    expect(site.site.failures).toMatchObject([{ problem: "refused-by-provider", reason: "access_denied" }]);
  });

  it("by another method than GET", async () => {
    await using site = await startForgedSite();
    expect((await site.client.get(`${site.site.origin}/oidc/callback`, { method: "POST" })).status).toBe(405);
  });
});

const base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const changedFirstBit = (character: string): string =>
  base64url.charAt((base64url.indexOf(character) + 32) % 64);

describe("a session cookie is worth nothing", () => {
  it("when a byte of it was changed", async () => {
    await using site = await startForgedSite();
    await site.finish(await site.begin());
    const jar = site.client.jar(site.site.origin);
    const sealed = jar.get("monolake") as string;
    expect((await site.client.get(`${site.site.origin}/page`)).status).toBe(200);
    for (let at = 0; at < sealed.length; at += 7) {
      // The first bit of a character is always one of the text; the last ones of a part may be padding.
      const changed = changedFirstBit(sealed.charAt(at));
      jar.set("monolake", sealed.slice(0, at) + changed + sealed.slice(at + 1));
      expect((await site.client.get(`${site.site.origin}/page`, { headers: { accept: "*/*" } })).status).toBe(
        401,
      );
    }
    for (const other of [
      "",
      "~",
      "1~",
      "5~x",
      "-1~x",
      "1~a.b.c.d.e",
      `2~${sealed.slice(2)}`,
      "x".repeat(5000),
    ]) {
      jar.set("monolake", other);
      expect((await site.client.get(`${site.site.origin}/page`, { headers: { accept: "*/*" } })).status).toBe(
        401,
      );
    }
    expect(site.site.errors).toEqual([]);
  });

  it("when it is the cookie of a login, or was made with another secret, or for another client", async () => {
    await using site = await startForgedSite();
    await site.begin();
    const jar = site.client.jar(site.site.origin);
    const session = { claims: { sub: "root" }, endsAt: now() + 600 };
    const realm = `${site.forging.issuer} gateway`;
    const other = new Sealer({ secrets: [`${sessionSecret}!`], realm });
    const elsewhere = new Sealer({ secrets: [sessionSecret], realm: `${site.forging.issuer} another` });
    const own = new Sealer({ secrets: [sessionSecret], realm });
    const values = [
      [...jar.values()].at(-1) as string,
      await own.seal("login", session, 600),
      await other.seal("session", session, 600),
      await elsewhere.seal("session", session, 600),
      await own.seal("session", session, -1),
      await own.seal("session", { ...session, endsAt: now() - 1 }, 600),
      await own.seal("session", { endsAt: now() + 600 }, 600),
      await own.seal("session", "root", 600),
    ];
    for (const value of values) {
      jar.set("monolake", `1~${value}`);
      expect((await site.client.get(`${site.site.origin}/page`)).status).toBe(303);
    }
    jar.set("monolake", `1~${await own.seal("session", session, 600)}`);
    expect((await site.client.get(`${site.site.origin}/page`)).status).toBe(200);
  });

  it("when its time is over", async () => {
    await using site = await startForgedSite({}, { sessionMaxAgeMs: 1_000 });
    await site.finish(await site.begin());
    const jar = new Map(site.client.jar(site.site.origin));
    expect((await site.client.get(`${site.site.origin}/page`)).status).toBe(200);
    await eventually(async () => {
      // Kept, although a browser would drop it.
      for (const [name, value] of jar) site.client.jar(site.site.origin).set(name, value);
      expect((await site.client.get(`${site.site.origin}/page`)).status).toBe(303);
    });
  });
});

it("secrets can be exchanged: those of before are still known until they are taken out", async () => {
  const old = "the secret of last year, which is long enough";
  const sealerOf = (secrets: string[], issuer: string) => new Sealer({ secrets, realm: `${issuer} gateway` });
  await using site = await startForgedSite({}, { sessionSecrets: [sessionSecret, old] });
  const session = { claims: { sub: "ada" }, endsAt: now() + 600 };
  const sealed = await sealerOf([old], site.forging.issuer).seal("session", session, 600);
  site.client.jar(site.site.origin).set("monolake", `1~${sealed}`);
  expect((await site.client.get(`${site.site.origin}/page`)).status).toBe(200);
  const without = sealerOf([sessionSecret], site.forging.issuer);
  expect(await without.open("session", sealed)).toBeUndefined();
});

it("no secret is in an answer, a redirect, or what is told of failures", async () => {
  await using site = await startForgedSite({ claims: (claims) => ({ ...claims, nonce: "another" }) });
  await site.finish(await site.begin());
  site.forging.forgery.claims = (claims) => claims;
  await site.finish(await site.begin());
  site.forging.forgery.answer = (path, response) => {
    if (path !== "/token") return false;
    response.writeHead(400, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: "invalid_grant", error_description: site.forging.secrets.join() }));
    return true;
  };
  await site.finish(await site.begin());
  site.forging.forgery.answer = (path, response) =>
    path === "/token" && Boolean(response.end(site.forging.secrets.join()));
  await site.finish(await site.begin());
  expect(site.site.failures).toHaveLength(3);
  const told = inspect([site.client.received, site.site.failures, site.site.errors], {
    depth: 20,
    showHidden: true,
  });
  const clientSecret = site.site.provider.client.secret;
  for (const secret of [...site.forging.secrets, clientSecret, sessionSecret])
    expect(told).not.toContain(secret);
});
