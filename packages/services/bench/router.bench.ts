import { type Bench, test } from "vitest";
import { createRouter, type Router } from "../src/http/index.ts";

// Run it as `vitest bench --run --experimental.viteModuleRunner=false`: Node then loads the sources itself. Otherwise
// the getters that vite puts on every export are measured as well, and double the times.
//
// Each task looks this many targets up, so that reading the clock costs nothing: ns per match = mean in ms x 1,000.
const matchesPerTask = 1_000;

function routerOf(paths: readonly string[]): Router<string> {
  return createRouter(paths.map((path) => ({ path, value: path })));
}

/** Targets as a codec makes them: a new string each, decoded from bytes. */
function targetsOf(samples: readonly string[]): readonly string[] {
  return Array.from({ length: matchesPerTask }, (_, index) => {
    const sample = samples[index % samples.length] as string;
    return Buffer.from(sample, "latin1").toString("latin1");
  });
}

/** A task that looks the samples up in turn, and fails when one is not found (or is, where none should be). */
function lookUp(bench: Bench, name: string, router: Router<string>, samples: readonly string[]) {
  const targets = targetsOf(samples);
  const ends = targets.map((target) => target.split("?")[0]?.length ?? 0);
  const expected = name === "no match" ? 0 : matchesPerTask;
  return bench(name, () => {
    let found = 0;
    for (let index = 0; index < matchesPerTask; index += 1) {
      if (router.match(targets[index] as string, ends[index] as number) !== undefined) found += 1;
    }
    if (found !== expected) throw new Error(`${name}: found ${found} of ${expected}`);
  });
}

test("1 route", async ({ bench }) => {
  await bench.compare(
    lookUp(bench, "catch-all", routerOf(["/{*path}"]), ["/index.html?a=1", "/assets/app/main.js"]),
    lookUp(bench, "text", routerOf(["/api/v1/status"]), ["/api/v1/status"]),
  );
});

test("10 routes", async ({ bench }) => {
  const router = routerOf([
    "/",
    "/health",
    "/login",
    "/static/{*path}",
    "/api/users",
    "/api/users/{id}",
    "/api/users/{id}/posts/{post}",
    "/api/orders/{id}",
    "/img-{name}",
    "/{*rest}",
  ]);
  await bench.compare(
    lookUp(bench, "text", router, ["/health", "/login", "/api/users", "/"]),
    lookUp(bench, "parameters", router, [
      "/api/users/42",
      "/api/users/42/posts/7?full=1",
      "/api/orders/12345",
    ]),
    lookUp(bench, "catch-all", router, ["/static/js/app.1b2c3d.js", "/somewhere/else"]),
    lookUp(bench, "turning back", router, ["/api/users/42/likes", "/logout"]),
  );
});

test("1,000 routes", async ({ bench }) => {
  const names = [
    "accounts",
    "billing",
    "catalog",
    "devices",
    "events",
    "files",
    "groups",
    "hosts",
    "images",
    "jobs",
  ];
  const bases = names.flatMap((name) => Array.from({ length: 25 }, (_, version) => `/${name}/v${version}`));
  const router = routerOf(
    bases.flatMap((base) => [base, `${base}/{id}`, `${base}/{id}/history`, `${base}/static/{*path}`]),
  );
  await bench.compare(
    lookUp(bench, "text", router, ["/accounts/v3", "/jobs/v24", "/files/v11", "/hosts/v7"]),
    lookUp(bench, "parameters", router, [
      "/catalog/v9/123",
      "/events/v20/abcdef/history?x=1",
      "/images/v1/x",
    ]),
    lookUp(bench, "catch-all", router, ["/groups/v14/static/js/app.js", "/billing/v2/static/a"]),
    lookUp(bench, "no match", router, ["/nowhere", "/accounts/v99/1", "/jobs/v1/"]),
  );
});
