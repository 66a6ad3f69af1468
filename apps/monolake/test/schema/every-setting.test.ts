import { expect, expectTypeOf, it } from "vitest";
import { configOf } from "./config-of.ts";
import { fullest } from "./fullest-config.ts";

it("carries every setting over, in milliseconds", () => {
  expect(configOf(fullest)).toEqual({
    runtime: {
      workerThreads: 3,
      workerType: "processes",
      workerHeapMebibytes: 512,
      cpuAffinity: true,
      heartbeatTimeoutMs: 2500,
      drainTimeoutMs: 5000,
      drainOnReload: true,
    },
    servers: [
      {
        type: "http",
        key: "web",
        name: "web",
        listener: { type: "unix", path: "/run/web.sock", backlog: 9, mode: 0o660 },
        tls: {
          certificates: [
            { chain: "a.crt", key: "a.key" },
            { chain: "b.crt", key: "b.key", names: ["b.test", "*.b.test"] },
          ],
          minVersion: "TLSv1.3",
          maxVersion: "TLSv1.3",
          ciphers: "TLS_AES_256_GCM_SHA384",
          clientCertificates: { mode: "optional", ca: "ca.crt", forward: true },
          handshakeTimeoutMs: 1500,
          maxHandshakes: 7,
          sessionTickets: false,
          ticketRotationMs: 60_000,
        },
        debug: true,
        upstreamHttpVersion: "http2",
        upstreamHost: "preserve",
        parsing: "compat",
        ambiguousFields: "refuse",
        forwarded: {
          mode: "off",
          trustedProxies: ["10.0.0.0/8", "::1", "unix"],
          rfc7239: false,
          port: true,
          prefix: true,
          realIp: true,
          via: "edge-1",
        },
        requestId: { mode: "keep-trusted", echo: true },
        timeouts: {
          serverFirstByteTimeoutMs: 500,
          serverKeepaliveTimeoutMs: 250,
          serverReadHeaderTimeoutMs: 1000,
          serverReadBodyTimeoutMs: 2000,
          serverBodyRateGraceMs: 3000,
          serverWriteTimeoutMs: 4000,
          requestTimeoutMs: 5000,
          maxConnectionAgeMs: 600_000,
          upstreamConnectTimeoutMs: 1,
          upstreamWriteTimeoutMs: 6000,
          upstreamReadTimeoutMs: 2_147_483_000,
          upstreamReadBodyTimeoutMs: 7000,
          upstreamKeepaliveTimeoutMs: 8000,
          tunnelIdleTimeoutMs: 9000,
        },
        limits: {
          maxHeadBytes: 1000,
          maxHeaderCount: 7,
          maxUriBytes: 90,
          maxBodyBytes: 1,
          maxConnections: 5,
          maxConnectionsPerAddress: 15,
          minBodyBytesPerSecond: 0,
          maxChunkExtensionBytes: 6,
          maxTrailerBytes: 8,
          maxResponseHeadBytes: 300,
          maxResponseHeaderCount: 10,
          maxRequestsPerConnection: 11,
          maxConcurrentStreams: 13,
          maxHttp2Offences: 14,
          maxUpstreamConnections: 12,
        },
        accessLog: { path: "/var/log/web.log", format: "$status $$", flushMs: 1, query: false },
        routes: [
          {
            path: "/a/{b}",
            pathMode: "strip_prefix",
            loadBalancer: "weighted_random",
            upstreams: [
              {
                endpoint: { type: "socket", host: "db_1.internal", port: 90 },
                weight: 0,
                tls: { verify: false, minVersion: "TLSv1.3", serverName: "db" },
              },
              {
                endpoint: { type: "unix", path: "/run/a.sock" },
                weight: 65_535,
                tls: { verify: true, minVersion: "TLSv1.2", ca: "ca.crt", chain: "own.crt", key: "own.key" },
              },
            ],
          },
        ],
      },
      {
        type: "thrift",
        key: "rpc",
        name: "rpc",
        listener: {
          type: "socket",
          host: "127.0.0.1",
          port: 1,
          backlog: 1024,
          reusePort: false,
          noDelay: false,
        },
        debug: false,
        pipelining: "ordered",
        routes: [
          {
            match: {
              service: "Users",
              method: "get*",
              caller: "shop",
              headers: [
                { key: "env", value: "canary" },
                { key: 6, value: "*" },
              ],
            },
            stripService: true,
            request: {
              set: [
                { key: "a", value: "b" },
                { key: 12, value: "100" },
              ],
              remove: ["c", 5],
            },
            response: { set: [], remove: ["d"] },
            loadBalancer: "first",
            upstreams: [{ endpoint: { type: "socket", host: "::1", port: 2 }, weight: 1 }],
            multiplex: 4,
          },
        ],
        timeouts: {
          serverKeepaliveTimeoutMs: 4000,
          serverMessageTimeoutMs: 5000,
          serverWriteTimeoutMs: 6000,
          upstreamConnectTimeoutMs: 7000,
          upstreamWriteTimeoutMs: 8000,
          upstreamReadTimeoutMs: 9000,
          upstreamKeepaliveTimeoutMs: 10_000,
        },
        limits: {
          maxFrameBytes: 1000,
          maxHeaderBytes: 400,
          maxDepth: 3,
          maxPipelinedCalls: 12,
          maxCalls: 11,
          maxConnections: 6,
          maxConnectionsPerAddress: 16,
          maxUpstreamConnections: 13,
        },
      },
    ],
  });
});

it("gives plain data that can cross a thread", () => {
  const config = configOf(fullest);
  expect(structuredClone(config)).toEqual(config);
  expect(JSON.parse(JSON.stringify(config))).toEqual(config);
});

it("has a type for each kind of server", () => {
  for (const server of configOf(fullest).servers) {
    if (server.type === "http") expectTypeOf(server.timeouts.upstreamReadTimeoutMs).toEqualTypeOf<number>();
    // @ts-expect-error a Thrift server has no access log
    else expect(server.accessLog).toBeUndefined();
  }
});
