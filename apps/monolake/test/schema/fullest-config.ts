/** A configuration that says something of every setting. */
export const fullest = `[runtime]
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
max_connections_per_address = 15
min_body_bytes_per_sec = 0
max_chunk_extension_bytes = 6
max_trailer_bytes = 8
max_response_head_bytes = 300
max_response_header_count = 10
max_requests_per_connection = 11
max_concurrent_streams = 13
max_http2_offences = 14
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
max_connections_per_address = 16
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
