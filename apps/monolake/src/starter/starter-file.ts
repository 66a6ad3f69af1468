/** A configuration to start from, in the format that the name of a file asks for; undefined for another ending. */
export function starterFile(file: string): string | undefined {
  if (/\.toml$/i.test(file)) return toml;
  if (/\.ya?ml$/i.test(file)) return yaml;
  return /\.json$/i.test(file) ? json : undefined;
}

const toml = `# A configuration of Monolake. Every key: monolake schema, or docs/reference/configuration.md.
# While the proxy runs, a change of this file is applied in all workers or in none.

# One worker for every core when left out.
# runtime = { worker_threads = 2 }

[servers.web]
name = "web"
proxy_type = "http"
listener = "127.0.0.1:8080"
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
upstreams = ["http://127.0.0.1:9000", "http://127.0.0.1:9001"]

# Everything else: / itself, and all below it.
[[servers.web.routes]]
path = "/"
upstreams = ["http://127.0.0.1:9000"]

[[servers.web.routes]]
path = "/{*rest}"
upstreams = ["http://127.0.0.1:9000"]
`;

const yaml = `# A configuration of Monolake. Every key: monolake schema, or docs/reference/configuration.md.
# While the proxy runs, a change of this file is applied in all workers or in none.

# One worker for every core when left out.
# runtime: { worker_threads: 2 }

servers:
  web:
    name: web
    proxy_type: http
    listener: 127.0.0.1:8080
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
        upstreams: ["http://127.0.0.1:9000", "http://127.0.0.1:9001"]

      # Everything else: / itself, and all below it.
      - path: /
        upstreams: ["http://127.0.0.1:9000"]
      - path: /{*rest}
        upstreams: ["http://127.0.0.1:9000"]
`;

const json = `${JSON.stringify(
  {
    servers: {
      web: {
        name: "web",
        proxy_type: "http",
        listener: "127.0.0.1:8080",
        routes: [
          { path: "/health", respond: { body: "fine\n" } },
          {
            path: "/api/{*rest}",
            path_mode: "strip_prefix",
            load_balancer: "round_robin",
            upstreams: ["http://127.0.0.1:9000", "http://127.0.0.1:9001"],
          },
          { path: "/", upstreams: ["http://127.0.0.1:9000"] },
          { path: "/{*rest}", upstreams: ["http://127.0.0.1:9000"] },
        ],
      },
    },
  },
  null,
  2,
)}\n`;
