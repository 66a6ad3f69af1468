import { expect, it } from "vitest";
import { configOf } from "./config-of.ts";

const smallest = `[runtime]
[servers.web]
name = "web"
proxy_type = "http"
listener = { type = "socket", value = "[::1]:0" }
routes = [{ path = "/", upstreams = [{ endpoint = { type = "uri", value = "HTTP://[::1]:80/a?b" } }] }]
`;

it("takes places in one word for their tables, and [runtime] for an empty one", () => {
  const server = (key: string, type: string, rest: string) =>
    `[servers.${key}]\nname = "x"\nproxy_type = "${type}"\n${rest}\n`;
  const short = [
    server("a", "http", 'listener = "[::1]:80"\n[[servers.a.routes]]\npath = "/"'),
    'upstreams = ["https://a/b", "b:1", "unix:/c", { endpoint = "http://d", weight = 2 }]\n',
    server("b", "tcp", 'listener = "unix:/run/b"\nupstreams = ["[::1]:1", "unix:c"]'),
    server("c", "thrift", 'listener = "127.0.0.1:0"\nroute = { upstreams = ["a:1"] }'),
  ].join("");
  const place = (type: string, value: string) => `{ type = "${type}", value = "${value}" }`;
  const upstream = (type: string, value: string) => `{ endpoint = ${place(type, value)} }`;
  const long = [
    "[runtime]\n",
    server("a", "http", `listener = ${place("socket", "[::1]:80")}\n[[servers.a.routes]]\npath = "/"`),
    `upstreams = [${upstream("uri", "https://a/b")}, ${upstream("socket", "b:1")}, ${upstream("unix", "/c")},`,
    `{ endpoint = ${place("uri", "http://d")}, weight = 2 }]\n`,
    server(
      "b",
      "tcp",
      `listener = ${place("unix", "/run/b")}\nupstreams = [${upstream("socket", "[::1]:1")}, ${upstream("unix", "c")}]`,
    ),
    server(
      "c",
      "thrift",
      `listener = ${place("socket", "127.0.0.1:0")}\nroute = { upstreams = [${upstream("socket", "a:1")}] }`,
    ),
  ].join("");
  expect(configOf(short)).toEqual(configOf(long));
});

it("fills in every default", () => {
  expect(configOf(smallest)).toEqual({
    runtime: {
      workerType: "threads",
      cpuAffinity: false,
      heartbeatTimeoutMs: 10_000,
      drainTimeoutMs: 30_000,
      drainOnReload: false,
    },
    servers: [
      {
        type: "http",
        key: "web",
        name: "web",
        listener: { type: "socket", host: "::1", port: 0, backlog: 1024, reusePort: true, noDelay: true },
        debug: false,
        upstreamHttpVersion: "auto",
        upstreamHost: "upstream",
        parsing: "strict",
        ambiguousFields: "guard",
        forwarded: {
          mode: "replace",
          trustedProxies: [],
          rfc7239: true,
          port: false,
          prefix: false,
          realIp: false,
        },
        requestId: { mode: "off", echo: false },
        timeouts: {
          serverFirstByteTimeoutMs: 10_000,
          serverKeepaliveTimeoutMs: 60_000,
          serverReadHeaderTimeoutMs: 10_000,
          serverReadBodyTimeoutMs: 30_000,
          serverBodyRateGraceMs: 10_000,
          serverWriteTimeoutMs: 10_000,
          upstreamConnectTimeoutMs: 3000,
          upstreamWriteTimeoutMs: 10_000,
          upstreamReadTimeoutMs: 30_000,
          upstreamReadBodyTimeoutMs: 30_000,
          upstreamKeepaliveTimeoutMs: 50_000,
          tunnelIdleTimeoutMs: 3_600_000,
        },
        limits: {
          maxHeadBytes: 32_768,
          maxHeaderCount: 128,
          maxUriBytes: 16_384,
          minBodyBytesPerSecond: 500,
          maxChunkExtensionBytes: 4096,
          maxTrailerBytes: 8192,
          maxResponseHeadBytes: 32_768,
          maxResponseHeaderCount: 128,
          maxRequestsPerConnection: 1000,
          maxConcurrentStreams: 100,
          maxHttp2Offences: 100,
        },
        routes: [
          {
            path: "/",
            loadBalancer: "random",
            upstreams: [
              {
                endpoint: {
                  type: "uri",
                  uri: "HTTP://[::1]:80/a?b",
                  scheme: "http",
                  host: "::1",
                  port: 80,
                  authority: "[::1]",
                },
                weight: 1,
              },
            ],
          },
        ],
      },
    ],
  });
});

it("fills in the defaults of an access log", () => {
  const [server] = configOf(
    smallest.replace("routes =", 'access_log = { path = "stdout" }\nroutes ='),
  ).servers;
  expect(server).toMatchObject({
    accessLog: { path: "stdout", format: "combined", flushMs: 1000, query: true },
  });
});

it("gives every server the debug of the whole file, unless it says otherwise", () => {
  const text = (server: string) => `debug = true\n${smallest.replace("routes =", `${server}\nroutes =`)}`;
  expect(configOf(text("")).servers[0]).toMatchObject({ debug: true });
  expect(configOf(text("debug = false")).servers[0]).toMatchObject({ debug: false });
});

it("reads the same from JSON", () => {
  const json = {
    runtime: {},
    servers: {
      web: {
        name: "web",
        proxy_type: "http",
        listener: { type: "socket", value: "[::1]:0" },
        routes: [{ path: "/", upstreams: [{ endpoint: { type: "uri", value: "HTTP://[::1]:80/a?b" } }] }],
      },
    },
  };
  expect(configOf(JSON.stringify(json, null, 2))).toEqual(configOf(smallest));
});
