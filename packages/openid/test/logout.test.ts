import { expect, it } from "vitest";
import { startForgedSite } from "./fixtures/forged-login.ts";
import { loggedIn, startSite } from "./fixtures/start-site.ts";

it("a logout ends the session here and leads to the provider, which ends its own and leads back", async () => {
  await using site = await startSite();
  const client = await loggedIn(site);
  const response = await client.get(`${site.origin}/logout`);
  expect(client.jar(site.origin).size).toBe(0);
  const url = new URL(response.headers.get("location") ?? "");
  expect(url.origin + url.pathname).toBe(`${site.provider.issuer}/session/end`);
  expect(Object.fromEntries(url.searchParams)).toEqual({
    client_id: "gateway",
    post_logout_redirect_uri: `${site.origin}/bye`,
  });
  const page = await (await client.get(url.href)).text();
  const xsrf = /name="xsrf" value="(\w+)"/.exec(page)?.[1] ?? "";
  const form = new URLSearchParams({ xsrf, logout: "yes" });
  const end = await client.follow(`${site.provider.issuer}/session/end/confirm`, {
    method: "POST",
    body: form,
  });
  expect(end.url).toBe(`${site.origin}/bye`);
  // The provider asks for the name again.
  expect((await client.follow(`${site.origin}/page`)).url).toContain("/interaction/");
});

it("shows the provider who logs out, where it wants that", async () => {
  await using site = await startSite({ openid: { idTokenHint: true } });
  const client = await loggedIn(site);
  const response = await client.get(`${site.origin}/logout`, { method: "POST" });
  const hint = new URL(response.headers.get("location") ?? "").searchParams.get("id_token_hint") ?? "";
  expect(JSON.parse(Buffer.from(hint.split(".")[1] ?? "", "base64url").toString())).toMatchObject({
    sub: "ada",
  });
});

it("stays here where the provider has no place for that, or cannot be asked, or nobody is logged in", async () => {
  await using site = await startForgedSite();
  await site.finish(await site.begin());
  for (const jarSize of [1, 0]) {
    expect(site.client.jar(site.site.origin).size).toBe(jarSize);
    const response = await site.client.get(`${site.site.origin}/logout`);
    expect([response.status, response.headers.get("location")]).toEqual([303, "/bye"]);
  }
});

it("is not made by another site's image or form", async () => {
  await using site = await startForgedSite();
  await site.finish(await site.begin());
  const headers = { "sec-fetch-site": "cross-site" };
  expect((await site.client.get(`${site.site.origin}/logout`, { headers })).status).toBe(403);
  expect((await site.client.get(`${site.site.origin}/logout`, { method: "DELETE" })).status).toBe(405);
  expect((await site.client.get(`${site.site.origin}/page`)).status).toBe(200);
});

it("takes a session out of its store, so that a stolen cookie is of no more use", async () => {
  const values = new Map<string, string>();
  const sessionStore = {
    get: async (id: string) => values.get(id),
    set: async (id: string, value: string) => void values.set(id, value),
    delete: async (id: string) => void values.delete(id),
    lock: async () => true,
  };
  await using site = await startForgedSite({}, { sessionStore });
  await site.finish(await site.begin());
  const stolen = site.client.jar(site.site.origin).get("monolake") as string;
  await site.client.get(`${site.site.origin}/logout`);
  expect(values.size).toBe(0);
  site.client.jar(site.site.origin).set("monolake", stolen);
  expect((await site.client.get(`${site.site.origin}/page`)).status).toBe(303);
});
