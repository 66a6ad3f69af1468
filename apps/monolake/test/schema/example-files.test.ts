import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { formatProblems } from "@monolake/config";
import { expect, it } from "vitest";
import { parseProxyConfig } from "../../src/schema/index.ts";

async function load(name: string) {
  const file = fileURLToPath(new URL(`../../examples/original/${name}`, import.meta.url));
  const outcome = parseProxyConfig({ text: await readFile(file, "utf8"), file });
  if (outcome.type === "invalid") expect.unreachable(formatProblems(outcome.problems));
  return outcome;
}

it("loads config.toml of the original without a warning, with what it says", async () => {
  const { config, warnings } = await load("config.toml");
  expect(warnings).toEqual([]);
  expect(config.runtime).toMatchObject({ workerThreads: 2, cpuAffinity: false });
  expect(config.servers.map(({ key, name, type }) => [key, name, type])).toEqual([
    ["demo_http", "monolake.rs", "http"],
    ["demo_https", "tls.monolake.rs", "http"],
    ["demo_uds", "uds.monolake.rs", "http"],
  ]);
  expect(config.servers[0]).toMatchObject({
    listener: { type: "socket", host: "0.0.0.0", port: 8080 },
    upstreamHttpVersion: "http11",
    contentHandler: { decode: true, encode: ["zstd", "br", "gzip", "deflate"] },
    timeouts: {
      serverKeepaliveTimeoutMs: 60_000,
      upstreamConnectTimeoutMs: 2000,
      upstreamReadTimeoutMs: 2000,
    },
  });
  expect(config.servers[1]).toMatchObject({
    tls: { certificates: [{ chain: "examples/certs/server.crt", key: "examples/certs/server.key" }] },
    routes: [
      { path: "/", loadBalancer: "round_robin" },
      { path: "/{*p}", loadBalancer: "random" },
    ],
  });
  expect(config.servers[2]).toMatchObject({ listener: { type: "unix", path: "/tmp/monolake.sock" } });
});

it("loads thrift.toml of the original without a warning, with what it says", async () => {
  const { config, warnings } = await load("thrift.toml");
  expect(warnings).toEqual([]);
  expect(config.servers).toMatchObject([
    {
      type: "thrift",
      routes: [{ upstreams: [{ endpoint: { type: "socket", host: "127.0.0.1", port: 9969 }, weight: 1 }] }],
    },
    {
      type: "thrift",
      routes: [{ upstreams: [{ endpoint: { type: "unix", path: "/tmp/thrift_server_monolake.sock" } }] }],
    },
  ]);
});

it("names the settings of those files that have no effect", async () => {
  const { withoutEffect } = await load("config.toml");
  expect(withoutEffect.map(({ position, message }) => `${position.line} ${message}`)).toEqual([
    '3 "runtime_type" has no effect',
    '5 "entries" has no effect',
  ]);
});
