import { readFile } from "node:fs/promises";
import { eventually, freePort, startHttpUpstream, temporaryFolder } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { everythingTo, startProxy } from "./start-proxy.ts";

const openid = (issuer: string, ...more: readonly string[]) =>
  [
    `issuer_url = "${issuer}"`,
    "allow_insecure_issuer = true",
    'client_id = "gateway"',
    'client_secret = "the-client-secret"',
    'redirect_url = "https://site.example/oidc/callback"',
    'session_secrets = ["a secret of more than 32 characters"]',
    'exempt_paths = ["/health"]',
    'claim_headers = { email = "X-User-Email" }',
    ...more,
  ]
    .map((line) => `openid.${line}\n`)
    .join("");

/** A provider as far as its discovery document. */
const startDiscovery = () =>
  startHttpUpstream((request, response) => {
    const issuer = `http://${request.headers.host}`;
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({ issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token` }),
    );
  });

const browser = { headers: { accept: "text/html" }, redirect: "manual" } as const;

it("openid sends browsers to the provider, and lets nobody else through", async () => {
  await using provider = await startDiscovery();
  await using upstream = await startHttpUpstream();
  await using proxy = await startProxy({
    server: `${openid(provider.origin)}\n${everythingTo(upstream.origin)}`,
  });
  const asked = await fetch(`${proxy.origin}/reports`, browser);
  const url = new URL(asked.headers.get("location") ?? "");
  expect([asked.status, url.origin + url.pathname]).toEqual([303, `${provider.origin}/auth`]);
  expect(url.searchParams.get("redirect_uri")).toBe("https://site.example/oidc/callback");
  expect(asked.headers.getSetCookie()).toEqual([expect.stringMatching(/^__Host-monolake-login\./)]);
  expect((await fetch(`${proxy.origin}/reports`)).status).toBe(401);
  expect(upstream.requests).toBe(0);
  const exempt = await fetch(`${proxy.origin}/health`, { headers: { "x-user-email": "root@example.com" } });
  expect([exempt.status, await exempt.text()]).toEqual([
    200,
    expect.not.stringContaining("root@example.com"),
  ]);
});

it("neither a code nor a secret comes into a log", async () => {
  await using folder = await temporaryFolder();
  const path = folder.file("access.log");
  await using upstream = await startHttpUpstream();
  const accessLog = `access_log = { path = "${path}", flush_ms = 1, format = "json" }`;
  await using proxy = await startProxy({
    server: `${accessLog}\n${openid(`http://127.0.0.1:${await freePort()}`)}\n${everythingTo(upstream.origin)}`,
  });
  expect((await fetch(`${proxy.origin}/oidc/callback?code=the-code&state=the-state`, browser)).status).toBe(
    400,
  );
  expect((await fetch(`${proxy.origin}/reports?a=1`, browser)).status).toBe(503);
  const lines = await eventually(async () => {
    const text = await readFile(path, "utf8");
    return text.includes("/reports?a=1") ? text : false;
  });
  expect(lines).toContain('"target":"/oidc/callback"');
  expect(proxy.log).toContainEqual(
    expect.objectContaining({
      level: 40,
      msg: "a login failed",
      code: "ERR_OPENID_PROVIDER",
      server: "test",
    }),
  );
  const everything = lines + JSON.stringify(proxy.log);
  for (const secret of ["the-code", "the-state", "the-client-secret", "a secret of more"])
    expect(everything).not.toContain(secret);
});

it("a store of sessions that is not there is no reason not to start, and no reason to let anybody in", async () => {
  await using provider = await startDiscovery();
  await using upstream = await startHttpUpstream();
  const store = `session_store = "redis://127.0.0.1:${await freePort()}"`;
  await using proxy = await startProxy({
    server: `${openid(provider.origin, store)}\n${everythingTo(upstream.origin)}`,
  });
  expect((await fetch(`${proxy.origin}/reports`, browser)).status).toBe(303);
  expect((await fetch(`${proxy.origin}/health`)).status).toBe(200);
  expect(upstream.requests).toBe(1);
});
