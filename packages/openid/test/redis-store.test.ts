import { eventually, freePort, skipWithout, startRawServer } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { createRedisStore } from "../src/index.ts";
import { startForgedSite } from "./fixtures/forged-login.ts";
import { startRedis } from "./fixtures/start-redis.ts";
import { loggedIn, startSite } from "./fixtures/start-site.ts";

it("sessions in Redis are known to all workers, end with a logout, and are encrypted there", async (test) => {
  skipWithout(test, "redis-server");
  await using redis = await startRedis();
  await using one = await createRedisStore({ url: redis.url });
  await using other = await createRedisStore({ url: redis.url });
  await using site = await startSite({ openid: { sessionStore: one } });
  const client = await loggedIn(site);
  expect((await client.get(`${site.origin}/page`)).status).toBe(200);
  await other.set("another", "value", 60_000);
  expect(await one.get("another")).toBe("value");
  expect(await one.get("unknown")).toBeUndefined();
  expect(client.jar(site.origin).get("monolake")?.length).toBeLessThan(500);
  const stolen = client.jar(site.origin).get("monolake") as string;
  await client.get(`${site.origin}/logout`);
  client.jar(site.origin).set("monolake", stolen);
  expect((await client.get(`${site.origin}/page`)).status).toBe(303);
  expect(site.errors).toEqual([]);
});

it("that ends while it connects leaves no connection behind", async () => {
  await using redis = await startRawServer();
  const store = await createRedisStore({ url: `redis://${redis.host}:${redis.port}` });
  const connection = await redis.nextConnection();
  await store[Symbol.asyncDispose]?.();
  await connection.readToEnd();
});

it("forgets sessions when their time is over, and gives a lock to one at a time", async (test) => {
  skipWithout(test, "redis-server");
  await using redis = await startRedis();
  await using one = await createRedisStore({ url: redis.url });
  await using other = await createRedisStore({ url: redis.url });
  await one.set("short", "value", 50);
  await eventually(async () => expect(await one.get("short")).toBeUndefined());
  expect(await Promise.all([one.lock("a", 100), other.lock("a", 100), one.lock("b", 100)])).toEqual([
    true,
    false,
    true,
  ]);
  await eventually(async () => expect(await other.lock("a", 100)).toBe(true));
});

it("of two workers with one session one asks the provider for a refresh", async (test) => {
  skipWithout(test, "redis-server");
  await using redis = await startRedis();
  await using one = await createRedisStore({ url: redis.url });
  await using other = await createRedisStore({ url: redis.url });
  await using site = await startForgedSite({ expiresIn: 1 }, { sessionStore: one });
  const second = await startForgedSite({}, { sessionStore: other, issuerUrl: site.forging.issuer });
  await using _ = second;
  await site.finish(await site.begin());
  site.forging.forgery.claims = ({ nonce: _nonce, ...claims }) => claims;
  site.forging.forgery.expiresIn = 3600;
  const cookie = `monolake=${site.client.jar(site.site.origin).get("monolake")}`;
  const asked = site.forging.requests.filter(({ path }) => path === "/token").length;
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_each, at) =>
      fetch(`${[site, second][at % 2]?.site.origin}/page`, { headers: { cookie } }),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
  expect(site.forging.requests.filter(({ path }) => path === "/token")).toHaveLength(asked + 1);
});

it("answers 503 while Redis is not there, and goes on when it is", { timeout: 30_000 }, async (test) => {
  skipWithout(test, "redis-server");
  const port = await freePort();
  await using store = await createRedisStore({ url: `redis://127.0.0.1:${port}`, timeoutMs: 300 });
  await using site = await startForgedSite({}, { sessionStore: store });
  expect((await site.finish(await site.begin())).status).toBe(503);
  expect(site.site.failures).toMatchObject([{ code: "ERR_OPENID_STORE", command: "set" }]);
  await using _ = await startRedis(port);
  await eventually(async () => expect((await site.finish(await site.begin())).status).toBe(303));
  expect((await site.client.get(`${site.site.origin}/page`)).status).toBe(200);
});
