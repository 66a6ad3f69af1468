import { describe, expect, it } from "vitest";
import { CookieClient } from "./fixtures/cookie-client.ts";
import { startForgedSite } from "./fixtures/forged-login.ts";
import { loggedIn, type SeenRequest, startSite } from "./fixtures/start-site.ts";

describe("a login", () => {
  it("leads a browser to the provider and back to what it came for, and tells who it is", async () => {
    await using site = await startSite();
    const client = new CookieClient();
    const { url, response } = await client.logIn(`${site.origin}/page?a=1`, "ada");
    expect(url).toBe(`${site.origin}/page?a=1`);
    const seen = (await response.json()) as SeenRequest;
    expect(seen.target).toBe("/page?a=1");
    expect(seen.claims).toEqual({
      sub: "ada",
      email: "ada@example.com",
      name: "ada",
      groups: ["staff", "a,b"],
    });
    expect(seen.headers).toMatchObject({
      "x-user": "ada",
      "x-user-email": "ada@example.com",
      "x-groups": "staff,a%2Cb",
    });
    expect([site.failures, site.errors]).toEqual([[], []]);
  });

  it("asks the provider what it is once, and no more for who is logged in", async () => {
    await using site = await startSite();
    const clients = await Promise.all(["ada", "bob", "zoë"].map((name) => loggedIn(site, name)));
    const asked = site.provider.requests.filter((request) => request.includes("well-known"));
    expect(asked).toHaveLength(1);
    const before = site.provider.requests.length;
    for (const client of clients) expect((await client.get(`${site.origin}/page`)).status).toBe(200);
    expect(site.provider.requests).toHaveLength(before);
  });

  it("tells names in UTF-8", async () => {
    await using site = await startSite();
    await loggedIn(site, "zoë");
    expect(Buffer.from(site.seen.at(-1)?.headers["x-user-name"] ?? "", "latin1").toString()).toBe(
      "Zoë Ångström",
    );
  });

  it("is asked for with PKCE, state and nonce, each time others", async () => {
    await using site = await startForgedSite({}, { scopes: ["openid", "groups"] });
    const [one, two] = [await site.begin(), await site.begin()];
    expect(one.origin + one.pathname).toBe(`${site.forging.issuer}/auth`);
    expect(Object.fromEntries(one.searchParams)).toMatchObject({
      client_id: "gateway",
      response_type: "code",
      redirect_uri: `${site.site.origin}/oidc/callback`,
      scope: "openid groups",
      code_challenge_method: "S256",
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    });
    for (const name of ["state", "nonce", "code_challenge"])
      expect(one.searchParams.get(name)).not.toBe(two.searchParams.get(name));
  });

  it("can be begun in several tabs, and ended in any order", async () => {
    await using site = await startForgedSite();
    const tabs: URL[] = [];
    for (const page of ["/one", "/two", "/three"]) tabs.push(await site.begin(page));
    for (const [tab, page] of [
      [tabs[2], "/three"],
      [tabs[0], "/one"],
    ] as const) {
      site.forging.nonce = tab?.searchParams.get("nonce") ?? "";
      expect((await site.finish(tab as URL)).headers.get("location")).toBe(page);
    }
  });

  it("that is begun again and again leaves no heap of cookies", async () => {
    await using site = await startForgedSite();
    for (let left = 40; left > 0; left -= 1) await site.begin();
    expect(site.client.jar(site.site.origin).size).toBeLessThanOrEqual(6);
  });

  it("leads nowhere else than to this site", async () => {
    await using site = await startForgedSite();
    for (const target of ["//evil.example/", "/\\evil.example/", "/a\\b", `/${"a".repeat(3000)}`]) {
      const { default: http } = await import("node:http");
      const { port } = new URL(site.site.origin);
      const [location, setCookies] = await new Promise<[string, string[]]>((resolve) =>
        http.get({ port, path: target, headers: { accept: "text/html" } }, (response) =>
          resolve([response.headers.location ?? "", response.headers["set-cookie"] ?? []]),
        ),
      );
      const jar = site.client.jar(site.site.origin);
      for (const cookie of setCookies)
        jar.set(cookie.split("=", 1)[0] as string, cookie.split(/[=;]/)[1] as string);
      const url = new URL(location);
      site.forging.nonce = url.searchParams.get("nonce") ?? "";
      expect((await site.finish(url)).headers.get("location")).toBe("/");
    }
  });
});

describe("without a login", () => {
  it.each<[string, RequestInit]>([
    ["a program", { headers: { accept: "application/json" } }],
    ["a program that takes anything", { headers: { accept: "*/*" } }],
    ["a form, whose content would be lost", { method: "POST", body: "a=1" }],
  ])("%s gets 401", async (_what, init) => {
    await using site = await startForgedSite();
    const response = await site.client.get(`${site.site.origin}/page`, init);
    expect([response.status, response.headers.get("www-authenticate")]).toEqual([
      401,
      'Cookie realm="login"',
    ]);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(site.site.seen).toEqual([]);
  });

  it.each(["/health", "/public/", "/public/a/b?c=/../d"])(
    "%s is let through where that is allowed",
    async (path) => {
      await using site = await startForgedSite();
      expect((await site.client.get(`${site.site.origin}${path}`)).status).toBe(200);
    },
  );

  it.each([
    "/health/",
    "/healthy",
    "/public",
    "/public/%2e%2e/admin",
    "/public/..%2fadmin",
    "/public/a%2fb",
    "/public/..;/admin",
    "/public/a/..;x=y/..;/admin",
    "//public/a",
  ])("%s is none of those that are allowed", async (path) => {
    await using site = await startForgedSite();
    expect((await site.client.get(`${site.site.origin}${path}`)).status).toBe(303);
  });

  it("nobody says who they are by request fields, however these are spelled", async () => {
    await using site = await startSite();
    const forged = {
      "X-User": "root",
      "x-user-email": "root@example.com",
      X_User: "root",
      "X-USER_EMAIL": "root",
      "X-Other": "kept",
    };
    await new CookieClient().get(`${site.origin}/public/a`, { headers: forged });
    const fields = Object.keys(site.seen.at(-1)?.headers ?? {}).filter((name) => name.startsWith("x"));
    expect(fields).toEqual(["x-other"]);
    await (await loggedIn(site)).get(`${site.origin}/page`, { headers: forged });
    expect(site.seen.at(-1)?.headers).toMatchObject({ "x-user": "ada", "x-user-email": "ada@example.com" });
    expect(JSON.stringify(site.seen)).not.toContain("root");
  });

  it("a path that needs no login is told who is logged in all the same", async () => {
    await using site = await startSite();
    await (await loggedIn(site)).get(`${site.origin}/public/a`);
    expect(site.seen.at(-1)?.claims?.["sub"]).toBe("ada");
  });
});

describe("cookies", () => {
  it("stay here: those behind see all others", async () => {
    await using site = await startSite();
    const client = await loggedIn(site);
    client.jar(site.origin).set("theme", "dark");
    await client.get(`${site.origin}/page`);
    expect(site.seen.at(-1)?.headers["cookie"]).toBe("theme=dark");
  });

  it("are for this host alone and never unencrypted under TLS, and no script reads them", async () => {
    await using site = await startForgedSite({}, { redirectUrl: "https://site.example/oidc/callback" });
    const response = await site.client.get(`${site.site.origin}/page`);
    expect(response.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^__Host-monolake-login\.[\w-]{12}=[\w.-]+; Path=\/; Max-Age=600; HttpOnly; Secure; SameSite=Lax$/,
      ),
    ]);
  });

  it("without TLS have the other attributes, and the session's has the name that was chosen", async () => {
    await using site = await startForgedSite({}, { cookieName: "intranet", sessionMaxAgeMs: 60_000 });
    const response = await site.finish(await site.begin());
    expect(response.headers.getSetCookie()).toContainEqual(
      expect.stringMatching(/^intranet=1~[\w.-]+; Path=\/; Max-Age=60; HttpOnly; SameSite=Lax$/),
    );
  });
});
