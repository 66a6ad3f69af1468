import { readFileSync, utimesSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "@monolake/test-kit";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createDnsResolver, type DnsResolverOptions } from "../src/index.ts";
import { type FakeDns, type FakeName, startFakeDns } from "./fake-dns.ts";

const resolverOf = (dns: FakeDns, options: DnsResolverOptions = {}) =>
  createDnsResolver({ servers: [dns.server], hostsFile: false, ...options });

async function hostsOf(resolver: ReturnType<typeof createDnsResolver>, name: string): Promise<string[]> {
  return (await resolver.resolve(name)).map(({ host }) => host);
}

/** Moves the clock that caches look at; real timers and sockets go on. */
function atMs(ms: number): void {
  vi.spyOn(performance, "now").mockReturnValue(ms);
}
afterEach(() => void vi.restoreAllMocks());

describe("a name", () => {
  it("has the addresses of both families", async () => {
    using dns = await startFakeDns({ "app.test": { a: ["10.0.0.1", "10.0.0.2"], aaaa: ["fd00::1"] } });
    expect(await resolverOf(dns).resolve("App.Test.")).toEqual([
      { host: "fd00::1", family: 6 },
      { host: "10.0.0.1", family: 4 },
      { host: "10.0.0.2", family: 4 },
    ]);
  });

  it("may have one family only", async () => {
    using dns = await startFakeDns({ "app.test": { a: ["10.0.0.1"] } });
    expect(await hostsOf(resolverOf(dns), "app.test")).toEqual(["10.0.0.1"]);
  });

  it("is asked for in ASCII", async () => {
    using dns = await startFakeDns({ "xn--bcher-kva.test": { a: ["10.0.0.1"] } });
    expect(await hostsOf(resolverOf(dns), "Bücher.test")).toEqual(["10.0.0.1"]);
  });

  it("does not wait for a family that stays silent", async () => {
    using dns = await startFakeDns({ "app.test": { a: ["10.0.0.1"], aaaa: ["fd00::1"], silent: ["aaaa"] } });
    const started = performance.now();
    expect(await hostsOf(resolverOf(dns, { timeoutMs: 10_000 }), "app.test")).toEqual(["10.0.0.1"]);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it.each(["127.0.0.1", "::1", "[::1]"])("that is the address %s stands for itself", async (host) => {
    using dns = await startFakeDns();
    expect(await hostsOf(resolverOf(dns), host)).toEqual([host.replaceAll(/[[\]]/g, "")]);
    expect(dns.questions).toEqual([]);
  });

  it.each(["localhost", "LOCALHOST.", "app.localhost"])("%s is this machine", async (host) => {
    using dns = await startFakeDns();
    expect(await hostsOf(resolverOf(dns), host)).toEqual(["127.0.0.1", "::1"]);
    expect(dns.questions).toEqual([]);
  });

  it.each(["missing.test", "", ".", "a..b", "a b", `${"x".repeat(64)}.test`, "a\0b"])(
    "%j is not found",
    async (host) => {
      using dns = await startFakeDns();
      await expect(resolverOf(dns).resolve(host)).rejects.toMatchObject({
        code: "ERR_NAME_NOT_FOUND",
        source: "upstream",
        retryable: true,
        host: expect.any(String),
      });
    },
  );

  it("without any address is not found", async () => {
    using dns = await startFakeDns({ "empty.test": {} });
    await expect(resolverOf(dns).resolve("empty.test")).rejects.toMatchObject({
      code: "ERR_NAME_NOT_FOUND",
      message: "there is no address for the name empty.test",
      cause: { code: "ENODATA" },
    });
  });
});

describe("answers", () => {
  it("are asked for once, however many ask at the same time", async () => {
    using dns = await startFakeDns({ "app.test": { a: ["10.0.0.1"] } });
    const resolver = resolverOf(dns);
    await Promise.all(Array.from({ length: 20 }, () => resolver.resolve("app.test")));
    expect(dns.questions.sort()).toEqual(["a app.test", "aaaa app.test"]);
  });

  it("hold as long as their record says", async () => {
    using dns = await startFakeDns({ "app.test": { a: ["10.0.0.1"], ttl: 30 } });
    const resolver = resolverOf(dns);
    atMs(0);
    await resolver.resolve("app.test");
    dns.names.set("app.test", { a: ["10.0.0.2"] });
    atMs(29_999);
    expect(await hostsOf(resolver, "app.test")).toEqual(["10.0.0.1"]);
    atMs(30_000);
    expect(await hostsOf(resolver, "app.test")).toEqual(["10.0.0.2"]);
  });

  it("hold at least and at most as long as the options say", async () => {
    using dns = await startFakeDns({
      "short.test": { a: ["10.0.0.1"], ttl: 0 },
      "long.test": { a: ["10.0.0.1"], ttl: 9_999 },
    });
    const resolver = resolverOf(dns, { minTtlMs: 500, maxTtlMs: 1_000 });
    const askedAt = async (ms: number, name: string) => {
      const before = dns.questions.length;
      atMs(ms);
      await resolver.resolve(name);
      return dns.questions.length > before;
    };
    expect([
      await askedAt(0, "short.test"),
      await askedAt(499, "short.test"),
      await askedAt(500, "short.test"),
    ]).toEqual([true, false, true]);
    expect([
      await askedAt(0, "long.test"),
      await askedAt(999, "long.test"),
      await askedAt(1_000, "long.test"),
    ]).toEqual([true, false, true]);
  });

  it("that there is no such name are kept for a short time", async () => {
    using dns = await startFakeDns();
    const resolver = resolverOf(dns, { negativeTtlMs: 1_000 });
    for (const ms of [0, 999]) {
      atMs(ms);
      await expect(resolver.resolve("app.test")).rejects.toMatchObject({ code: "ERR_NAME_NOT_FOUND" });
    }
    expect(dns.questions).toHaveLength(2);
    dns.names.set("app.test", { a: ["10.0.0.1"] });
    atMs(1_000);
    expect(await hostsOf(resolver, "app.test")).toEqual(["10.0.0.1"]);
  });

  it("are bounded in number: the least recently used goes first", async () => {
    const names = Object.fromEntries(
      ["a", "b", "c"].map((name): [string, FakeName] => [`${name}.test`, { a: ["10.0.0.1"] }]),
    );
    using dns = await startFakeDns(names);
    const resolver = resolverOf(dns, { maxEntries: 2 });
    for (const name of ["a", "b", "a", "c", "a"]) await resolver.resolve(`${name}.test`);
    expect(dns.questions.filter((question) => question === "a a.test")).toHaveLength(1);
    await resolver.resolve("b.test");
    expect(dns.questions.filter((question) => question === "a b.test")).toHaveLength(2);
  });

  it("that are awaited are bounded too", async () => {
    using dns = await startFakeDns({ "hole.test": { silent: ["a", "aaaa"] } });
    const resolver = resolverOf(dns, { maxEntries: 1, timeoutMs: 100 });
    const waiting = resolver.resolve("hole.test");
    await expect(resolver.resolve("app.test")).rejects.toMatchObject({
      code: "ERR_RESOLVER_FAILED",
      systemCode: "too many names at once",
    });
    await expect(waiting).rejects.toMatchObject({ code: "ERR_RESOLVER_TIMEOUT" });
  });
});

describe("a resolver that is down", () => {
  it("takes no longer than it may", async () => {
    using dns = await startFakeDns({ "hole.test": { silent: ["a", "aaaa"] } });
    const started = performance.now();
    await expect(resolverOf(dns, { timeoutMs: 200 }).resolve("hole.test")).rejects.toMatchObject({
      code: "ERR_RESOLVER_TIMEOUT",
      source: "upstream",
      retryable: true,
      message: "resolving hole.test took longer than 200 ms",
    });
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it("is told from a name that is not there", async () => {
    using dns = await startFakeDns({ "app.test": { code: 2 } });
    await expect(resolverOf(dns).resolve("app.test")).rejects.toMatchObject({
      code: "ERR_RESOLVER_FAILED",
      systemCode: "ESERVFAIL",
      retryable: true,
    });
  });

  it("leaves the last answers in use for a while", async () => {
    using dns = await startFakeDns({ "app.test": { a: ["10.0.0.1"], ttl: 10 } });
    const resolver = resolverOf(dns, { maxStaleMs: 60_000, negativeTtlMs: 5_000 });
    atMs(0);
    await resolver.resolve("app.test");
    dns.names.set("app.test", { code: 2 });
    for (const ms of [10_000, 14_999, 69_999]) {
      atMs(ms);
      expect(await hostsOf(resolver, "app.test")).toEqual(["10.0.0.1"]);
    }
    atMs(80_000);
    await expect(resolver.resolve("app.test")).rejects.toMatchObject({ code: "ERR_RESOLVER_FAILED" });
  });

  it("does not hold anybody up who can use the last answers", async () => {
    using dns = await startFakeDns({ "app.test": { a: ["10.0.0.1"], ttl: 1 } });
    const resolver = resolverOf(dns, { timeoutMs: 10_000 });
    atMs(0);
    await resolver.resolve("app.test");
    dns.names.set("app.test", { silent: ["a", "aaaa"] });
    atMs(5_000);
    expect(await hostsOf(resolver, "app.test")).toEqual(["10.0.0.1"]);
  });

  it("keeps no name alive that is gone", async () => {
    using dns = await startFakeDns({ "app.test": { a: ["10.0.0.1"], ttl: 1 } });
    const resolver = resolverOf(dns);
    atMs(0);
    await resolver.resolve("app.test");
    dns.names.delete("app.test");
    atMs(5_000);
    await expect(resolver.resolve("app.test")).rejects.toMatchObject({ code: "ERR_NAME_NOT_FOUND" });
  });

  it("delays neither other names nor files", async () => {
    using dns = await startFakeDns({
      "hole.test": { silent: ["a", "aaaa"] },
      "app.test": { a: ["10.0.0.1"] },
    });
    const resolver = resolverOf(dns, { timeoutMs: 60_000, maxEntries: 100 });
    const leave = new AbortController();
    const holes: Promise<unknown>[] = [];
    for (let index = 0; index < 16; index += 1) {
      dns.names.set(`hole${index}.test`, { silent: ["a", "aaaa"] });
      holes.push(resolver.resolve(`hole${index}.test`, { signal: leave.signal }));
    }
    const started = performance.now();
    expect(await hostsOf(resolver, "app.test")).toEqual(["10.0.0.1"]);
    const path = fileURLToPath(import.meta.url);
    const texts = await Promise.all(Array.from({ length: 16 }, () => readFile(path, "utf8")));
    expect(new Set(texts)).toEqual(new Set([readFileSync(path, "utf8")]));
    expect(performance.now() - started).toBeLessThan(5_000);
    leave.abort(new Error("enough"));
    for (const result of await Promise.allSettled(holes))
      expect(result).toMatchObject({ reason: { message: "enough" } });
  });
});

describe("the hosts file", () => {
  const write = (path: string, text: string, secondsAgo: number) => {
    writeFileSync(path, text);
    const time = new Date(Date.now() - secondsAgo * 1_000);
    utimesSync(path, time, time);
  };

  it("goes before the resolver, and is read again when it has changed", async () => {
    await using folder = await temporaryFolder();
    using dns = await startFakeDns({ "app.test": { a: ["10.0.0.9"] } });
    const hostsFile = folder.file("hosts");
    const resolver = resolverOf(dns, { hostsFile });
    atMs(0);
    expect(await hostsOf(resolver, "app.test")).toEqual(["10.0.0.9"]);
    write(
      hostsFile,
      "# names\n\n10.0.0.1\tweb App.Test # ours\nfd00::1 app.test\nnonsense app.test\n10.0.0.7 localhost",
      10,
    );
    atMs(1_000);
    expect(await hostsOf(resolver, "APP.test")).toEqual(["10.0.0.1", "fd00::1"]);
    expect(await hostsOf(resolver, "localhost")).toEqual(["10.0.0.7"]);
    write(hostsFile, "10.0.0.2 app.test", 5);
    atMs(1_500);
    expect(await hostsOf(resolver, "app.test")).toEqual(["10.0.0.1", "fd00::1"]);
    atMs(2_000);
    expect(await hostsOf(resolver, "app.test")).toEqual(["10.0.0.2"]);
    expect(dns.questions).toHaveLength(2);
  });
});
