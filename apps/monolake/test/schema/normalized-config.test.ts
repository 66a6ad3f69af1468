import { expect, expectTypeOf, it } from "vitest";
import { type ProxyConfig, parseProxyConfig } from "../../src/schema/index.ts";

function configOf(text: string): ProxyConfig {
  const outcome = parseProxyConfig({ text });
  if (outcome.type === "invalid") expect.unreachable(outcome.problems[0]?.message);
  return outcome.config;
}

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

const fullest = `[runtime]
worker_threads = 3
worker_type = "processes"
worker_heap_mib = 512
heartbeat_timeout_sec = 2.5
drain_timeout_sec = 5
drain_on_reload = true
cpu_affinity = true
sqpoll_idle = 5
thread_pool = 2
[servers.web]
name = "web"
proxy_type = "http"
listener = { type = "unix", value = "/run/web.sock", mode = "0660", backlog = 9 }
debug = true
upstream_http_version = "http2"
upstream_host = "preserve"
parsing = "compat"
ambiguous_fields = "refuse"
request_id = { mode = "keep_trusted", echo = true }
http_opt_handlers = {}
access_log = { path = "/var/log/web.log", format = "$status $$", flush_ms = 1, query = false }
[servers.web.tls]
chain = "a.crt"
key = "a.key"
stack = "native_tls"
certificates = [{ chain = "b.crt", key = "b.key", names = ["b.test", "*.b.test"] }]
min_version = "1.3"
max_version = "1.3"
ciphers = "TLS_AES_256_GCM_SHA384"
client_certificates = { mode = "optional", ca = "ca.crt", forward = true }
handshake_timeout_sec = 1.5
max_handshakes = 7
session_tickets = false
ticket_rotation_sec = 60
[servers.web.forwarded]
mode = "off"
trusted_proxies = ["10.0.0.0/8", "::1", "unix"]
rfc7239 = false
port = true
prefix = true
real_ip = true
via = "edge-1"
[servers.web.limits]
max_head_bytes = 1000
max_header_count = 7
max_uri_bytes = 90
max_body_bytes = 1
max_connections = 5
min_body_bytes_per_sec = 0
max_chunk_extension_bytes = 6
max_trailer_bytes = 8
max_response_head_bytes = 300
max_response_header_count = 10
max_requests_per_connection = 11
max_concurrent_streams = 13
max_upstream_connections = 12
[servers.web.timeout]
server_first_byte_timeout_sec = 0.5
server_body_rate_grace_sec = 3
server_write_timeout_sec = 4
request_timeout_sec = 5
max_connection_age_sec = 600
upstream_write_timeout_sec = 6
upstream_read_body_timeout_sec = 7
tunnel_idle_timeout_sec = 9
upstream_keepalive_timeout_sec = 8
server_keepalive_timeout_sec = 0.25
server_read_header_timeout_sec = 1
server_read_body_timeout_sec = 2
upstream_connect_timeout_sec = 0.0001
upstream_read_timeout_sec = 2147483
[[servers.web.routes]]
path = "/a/{b}"
path_mode = "strip_prefix"
load_balancer = "weighted_random"
upstreams = [
  { endpoint = { type = "socket", value = "db_1.internal:90" }, weight = 0, tls = { verify = false, server_name = "db", min_version = "1.3" } },
  { endpoint = { type = "unix", value = "/run/a.sock" }, weight = 65535, tls = { ca = "ca.crt", chain = "own.crt", key = "own.key" } },
]
[servers.rpc]
name = "rpc"
proxy_type = "thrift"
listener = { type = "socket", value = "127.0.0.1:1", reuse_port = false, no_delay = false }
pipelining = "ordered"
[servers.rpc.timeout]
server_keepalive_timeout_sec = 4
server_message_timeout_sec = 5
server_write_timeout_sec = 6
upstream_connect_timeout_sec = 7
upstream_write_timeout_sec = 8
upstream_read_timeout_sec = 9
upstream_keepalive_timeout_sec = 10
[servers.rpc.limits]
max_frame_bytes = 1000
max_header_bytes = 400
max_depth = 3
max_calls = 11
max_pipelined_calls = 12
max_connections = 6
max_upstream_connections = 13
[[servers.rpc.routes]]
match = { service = "Users", method = "get*", caller = "shop", headers = { env = "canary" }, int_headers = { 6 = "*" } }
strip_service = true
request = { set = { a = "b" }, set_int = { 12 = "100" }, remove = ["c"], remove_int = [5] }
response = { remove = ["d"] }
load_balancer = "first"
upstreams = [{ endpoint = { type = "socket", value = "[::1]:2" } }]
multiplex = 4
`;

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
          minBodyBytesPerSecond: 0,
          maxChunkExtensionBytes: 6,
          maxTrailerBytes: 8,
          maxResponseHeadBytes: 300,
          maxResponseHeaderCount: 10,
          maxRequestsPerConnection: 11,
          maxConcurrentStreams: 13,
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
          maxUpstreamConnections: 13,
        },
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

it("gives plain data that can cross a thread", () => {
  const config = configOf(fullest);
  expect(structuredClone(config)).toEqual(config);
  expect(JSON.parse(JSON.stringify(config))).toEqual(config);
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

it("has a type for each kind of server", () => {
  for (const server of configOf(fullest).servers) {
    if (server.type === "http") expectTypeOf(server.timeouts.upstreamReadTimeoutMs).toEqualTypeOf<number>();
    // @ts-expect-error a Thrift server has no access log
    else expect(server.accessLog).toBeUndefined();
  }
});
