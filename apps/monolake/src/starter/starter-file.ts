/** A configuration to start from, in the format that the name of a file asks for; undefined for another ending. */
export function starterFile(file: string): string | undefined {
  if (/\.toml$/i.test(file)) return toml;
  if (/\.ya?ml$/i.test(file)) return yaml;
  return /\.json$/i.test(file) ? json : undefined;
}

const toml = `# A configuration of Monolake. Every key: monolake schema, or docs/reference/configuration.md.
# While the proxy runs, a change of this file is applied in all workers or in none.

[runtime]
# One worker for every core when left out.
# worker_threads = 2

[servers.web]
name = "web"
proxy_type = "http"
listener = { type = "socket", value = "127.0.0.1:8080" }
# access_log = { path = "access.log", format = "combined" }
# tls = { chain = "server.crt", key = "server.key" }

# How long a client may take, and an upstream. There are more; all have defaults.
# timeout = { server_keepalive_timeout_sec = 60, upstream_read_timeout_sec = 30 }

# Answered without an upstream.
[[servers.web.routes]]
path = "/health"
respond = { body = "fine\\n" }

# Everything below /api, without /api in front, by turns.
[[servers.web.routes]]
path = "/api/{*rest}"
path_mode = "strip_prefix"
load_balancer = "round_robin"
upstreams = [
  { endpoint = { type = "uri", value = "http://127.0.0.1:9000" } },
  { endpoint = { type = "uri", value = "http://127.0.0.1:9001" } },
]

# Everything else: / itself, and all below it.
[[servers.web.routes]]
path = "/"
upstreams = [{ endpoint = { type = "uri", value = "http://127.0.0.1:9000" } }]

[[servers.web.routes]]
path = "/{*rest}"
upstreams = [{ endpoint = { type = "uri", value = "http://127.0.0.1:9000" } }]
`;

const yaml = `# A configuration of Monolake. Every key: monolake schema, or docs/reference/configuration.md.
# While the proxy runs, a change of this file is applied in all workers or in none.

runtime: {}
  # One worker for every core when left out: instead of {},
  # worker_threads: 2

servers:
  web:
    name: web
    proxy_type: http
    listener: { type: socket, value: "127.0.0.1:8080" }
    # access_log: { path: access.log, format: combined }
    # tls: { chain: server.crt, key: server.key }

    # How long a client may take, and an upstream. There are more; all have defaults.
    # timeout: { server_keepalive_timeout_sec: 60, upstream_read_timeout_sec: 30 }

    routes:
      # Answered without an upstream.
      - path: /health
        respond: { body: "fine\\n" }

      # Everything below /api, without /api in front, by turns.
      - path: /api/{*rest}
        path_mode: strip_prefix
        load_balancer: round_robin
        upstreams:
          - endpoint: { type: uri, value: "http://127.0.0.1:9000" }
          - endpoint: { type: uri, value: "http://127.0.0.1:9001" }

      # Everything else: / itself, and all below it.
      - path: /
        upstreams: &all
          - endpoint: { type: uri, value: "http://127.0.0.1:9000" }
      - path: /{*rest}
        upstreams: *all
`;

const upstream = (port: number) => ({ endpoint: { type: "uri", value: `http://127.0.0.1:${port}` } });

const json = `${JSON.stringify(
  {
    runtime: {},
    servers: {
      web: {
        name: "web",
        proxy_type: "http",
        listener: { type: "socket", value: "127.0.0.1:8080" },
        routes: [
          { path: "/health", respond: { body: "fine\n" } },
          {
            path: "/api/{*rest}",
            path_mode: "strip_prefix",
            load_balancer: "round_robin",
            upstreams: [upstream(9000), upstream(9001)],
          },
          { path: "/", upstreams: [upstream(9000)] },
          { path: "/{*rest}", upstreams: [upstream(9000)] },
        ],
      },
    },
  },
  null,
  2,
)}\n`;
