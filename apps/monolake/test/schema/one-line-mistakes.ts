/** One line each, so that a case can replace one: line 1 is `[runtime]`. */
const lines = {
  runtime: "[runtime]",
  server: "[servers.web]",
  name: 'name = "web"',
  type: 'proxy_type = "http"',
  listener: 'listener = { type = "socket", value = "127.0.0.1:8080" }',
  more: "",
  routes: "[[servers.web.routes]]",
  path: 'path = "/"',
  upstreams: 'upstreams = [{ endpoint = { type = "uri", value = "http://127.0.0.1:9000" } }]',
  end: "",
};

/** The file with some of its lines changed. */
export const fileWith = (changed: Partial<typeof lines>): string =>
  Object.values({ ...lines, ...changed }).join("\n");

/** Upstreams with one endpoint. */
export const endpoint = (value: string, type = "uri") => ({
  upstreams: `upstreams = [{ endpoint = { type = "${type}", value = "${value}" } }]`,
});
/** A listener at this place. */
export const listener = (value: string, type = "socket") => ({
  listener: `listener = { type = "${type}", value = "${value}" }`,
});

const tls = (more: string): string => `tls = { chain = "a.crt", key = "a.key", ${more} }`;
const ciphersExpected = (place: string, found: string): string =>
  `${place} expected names of ciphers as OpenSSL has them, with colons between, found ${found}`;

/** A login with one key changed, or one more. */
function openid(changed: string): string {
  const keys = new Map([
    ["issuer_url", 'issuer_url = "https://a"'],
    ["client_id", 'client_id = "a"'],
    ["redirect_url", 'redirect_url = "https://b/c"'],
    ["session_secrets", 'session_secrets = ["01234567890123456789012345678901"]'],
  ]);
  keys.delete(changed.split(" ", 1)[0] as string);
  return `openid = { ${[...keys.values(), changed].join(", ")} }`;
}

/** Lines that make the file wrong in one place, and what is said of it. */
export const oneLineMistakes: readonly [changed: Partial<typeof lines>, complaint: string][] = [
  [{ runtime: "runtime = 1" }, "1:11 expected a table, found 1"],
  [{ runtime: "[runtime]\nworker_threads = 0" }, "2:18 expected a number of at least 1, found 0"],
  [
    { runtime: '[runtime]\nruntime_type = "uring"' },
    '2:16 expected "io_uring" or "legacy", found "uring", did you mean "io_uring"?',
  ],
  [
    { runtime: "[runtime]\nworkers = 1" },
    '2:1 unknown key "workers", expected "worker_threads", "worker_type", "worker_heap_mib", "heartbeat_timeout_sec", "drain_timeout_sec", "drain_on_reload", "cpu_affinity", "runtime_type", "entries", "sqpoll_idle" or "thread_pool"',
  ],
  [
    { runtime: "[runtime]\nheartbeat_timeout_sec = 0.001" },
    "2:25 expected seconds, at least 1 and at most 2147483, found 0.001",
  ],
  [{ end: "[server.x]" }, '10:2 unknown key "server", did you mean "servers"?'],
  [{ name: "" }, '2:2 missing key "name": expected a string'],
  [{ name: 'name = ""' }, '3:8 expected at least 1 character, found ""'],
  [{ type: "" }, '2:2 missing key "proxy_type": expected "http", "thrift", "tcp" or "echo"'],
  [
    { type: 'proxy_type = "https"' },
    '4:14 expected "http", "thrift", "tcp" or "echo", found "https", did you mean "http"?',
  ],
  [
    { listener: "" },
    '2:2 missing key "listener": expected an ip address and port such as "0.0.0.0:8080", or "unix:/run/web.sock"',
  ],
  [
    { listener: "listener = 80" },
    '5:12 expected an ip address and port such as "0.0.0.0:80", or "unix:/run/web.sock", found 80',
  ],
  [
    { listener: "listener = []" },
    '5:12 expected an ip address and port such as "0.0.0.0:8080", or "unix:/run/web.sock", found an empty array',
  ],
  [
    { listener: 'listener = ":81"' },
    '5:12 expected an ip address and port such as "0.0.0.0:81", or "unix:/run/web.sock", found ":81"',
  ],
  [
    { listener: 'listener = "localhost:80"' },
    '5:12 expected an ip address and port such as "127.0.0.1:80", or "unix:/run/web.sock", found "localhost:80"',
  ],
  [
    { listener: 'listener = "unix:"' },
    '5:12 expected "unix:" and the path of a unix socket, at most 107 bytes, found "unix:"',
  ],
  [
    { listener: `listener = "unix:/${"a".repeat(107)}"` },
    `5:12 expected "unix:" and the path of a unix socket, at most 107 bytes, found "unix:/${"a".repeat(54)}…"`,
  ],
  [
    { upstreams: `upstreams = ["unix:/${"a".repeat(107)}"]` },
    `9:14 expected "unix:" and the path of a unix socket, at most 107 bytes, found "unix:/${"a".repeat(54)}…"`,
  ],
  [
    { upstreams: 'upstreams = ["http://a:0"]' },
    '9:14 expected a uri with a port between 1 and 65535, found "http://a:0"',
  ],
  [
    { upstreams: 'upstreams = ["localhost", "a:1"]' },
    '9:14 expected a place such as "http://127.0.0.1:8080", "127.0.0.1:8080" or "unix:/run/app.sock", found "localhost"',
  ],
  [
    { upstreams: "upstreams = [1]" },
    '9:14 expected a place such as "http://127.0.0.1:8080", "127.0.0.1:8080" or "unix:/run/app.sock", found 1',
  ],
  [
    { upstreams: 'upstreams = "http://a"' },
    '9:13 expected an array of places such as ["http://127.0.0.1:8080"], found "http://a"',
  ],
  [
    { routes: "[servers.web.routes]" },
    "7:2 expected an array of routes ([[servers.KEY.routes]] in TOML), found a table",
  ],
  [
    { upstreams: 'upstreams = [{ endpoint = "ftp://a", weight = 2 }]' },
    '9:27 expected a uri with the scheme http or https, found "ftp://a"',
  ],
  [
    { upstreams: 'upstreams = [{ endpoint = "http://a", tls = {} }]' },
    '9:27 expected a uri with the scheme https, as the upstream has a key "tls"',
  ],
  [listener("127.0.0.1:80", "tcp"), '5:21 expected "socket" or "unix", found "tcp"'],
  [
    listener("localhost:80"),
    '5:39 expected an ip address and port such as "0.0.0.0:8080", found "localhost:80"',
  ],
  [
    listener("127.0.0.1:65536"),
    '5:39 expected an ip address and port such as "0.0.0.0:8080", found "127.0.0.1:65536"',
  ],
  [listener("::1:80"), '5:39 expected an ip address and port such as "0.0.0.0:8080", found "::1:80"'],
  [listener("", "unix"), '5:37 expected the path of a unix socket, at most 107 bytes, found ""'],
  [
    { listener: 'listener = { type = "unix", value = "/a", mode = "0999" }' },
    '5:50 expected octal permissions such as "0660", found "0999"',
  ],
  [
    { listener: 'listener = { type = "unix", value = "/a", no_delay = true }' },
    '5:43 unknown key "no_delay", expected "type", "value", "backlog" or "mode"',
  ],
  [{ more: 'tls = { chain = "a" }' }, '6:7 missing key "key": expected a string'],
  [
    { more: 'tls = { chain = "a", key = "b", stack = "openssl" }' },
    '6:41 expected "rustls" or "native_tls", found "openssl"',
  ],
  [
    { more: 'tls = { chain = "a", key = "b", min_version = "1.3", max_version = "1.2" }' },
    '6:68 expected at least 1.3, found "1.2"',
  ],
  [
    { more: 'tls = { chain = "a", key = "b", ciphers = "NOT-A-CIPHER" }' },
    '6:43 expected names of ciphers as OpenSSL has them, with colons between, found "NOT-A-CIPHER"',
  ],
  [
    {
      upstreams: 'upstreams = [{ endpoint = { type = "uri", value = "https://a" }, tls = { chain = "a" } }]',
    },
    '9:72 missing key "key": expected beside "chain"',
  ],
  [
    { upstreams: 'upstreams = [{ endpoint = { type = "uri", value = "http://a" }, tls = {} }]' },
    '9:51 expected a uri with the scheme https, as the upstream has a key "tls"',
  ],
  [
    { more: 'upstream_http_version = "http1"' },
    '6:25 expected "auto", "http11" or "http2", found "http1", did you mean "http11"?',
  ],
  [
    { more: openid('redirect_url = "/callback"') },
    '6:126 expected an http or https url without a query, found "/callback"',
  ],
  [
    { more: openid('session_secrets = ["not-long-enough"]') },
    "6:104 expected a secret of at least 32 characters",
  ],
  [{ more: openid("session_secrets = []") }, "6:103 expected at least 1 entry, found an empty array"],
  [
    { more: openid('issuer_url = "http://login.example"') },
    "6:128 expected an https url, or allow_insecure_issuer = true",
  ],
  [
    { more: openid('claim_headers = { email = "X User" }') },
    '6:167 expected a field name such as "X-User-Email", found "X User"',
  ],
  [{ more: openid("scope = []") }, '6:141 unknown key "scope", did you mean "scopes"?'],
  [
    { more: "http_opt_handlers = { content_handler = 1 }" },
    "6:41 expected true or false or a table, found 1",
  ],
  [
    { more: 'http_opt_handlers = { content_handler = { encode = ["gz"] } }' },
    '6:53 expected "gzip", "deflate", "br" or "zstd", found "gz"',
  ],
  [
    { more: 'http_opt_handlers = { content_handler = { types = ["html"] } }' },
    '6:52 expected a content type such as "text/html" or "text/*", found "html"',
  ],
  [
    { more: "http_opt_handlers = { content_handler = { levels = { br = 12 } } }" },
    "6:59 expected a number of at most 11, found 12",
  ],
  [
    { more: "http_opt_handlers = { content_handler = { min_byte = 1 } }" },
    '6:43 unknown key "min_byte", did you mean "min_bytes"?',
  ],
  [
    { more: "timeout = { upstream_read_timeout_sec = 0 }" },
    "6:41 expected seconds, more than 0 and at most 2147483, found 0",
  ],
  [
    { more: "http_timeout = { upstream_read_timeout_sec = -1 }" },
    "6:46 expected seconds, more than 0 and at most 2147483, found -1",
  ],
  [
    { more: "timeout = { upstream_read_timeout_sec = 2147484 }" },
    "6:41 expected seconds, more than 0 and at most 2147483, found 2147484",
  ],
  [{ more: "timeout = { upstream_read_timeout_sec = inf }" }, "6:41 expected a number, found inf"],
  [{ more: 'timeout = { upstream_read_timeout_sec = "2s" }' }, '6:41 expected a number, found "2s"'],
  [
    { more: "timeout = { upstream_read_timeout = 2 }" },
    '6:13 unknown key "upstream_read_timeout", did you mean "upstream_read_timeout_sec"?',
  ],
  [
    { more: "timeout = {}\nhttp_timeout = {}" },
    '7:1 expected "timeout" or its other name "http_timeout", found both',
  ],
  [{ more: "timeouts = {}" }, '6:1 unknown key "timeouts", did you mean "timeout"?'],
  [{ more: "limits = { max_head_bytes = 255 }" }, "6:29 expected a number of at least 256, found 255"],
  [{ more: "limits = { max_body_bytes = 0 }" }, "6:29 expected a number of at least 1, found 0"],
  [{ more: "limits = { max_body = 1 }" }, '6:12 unknown key "max_body", did you mean "max_body_bytes"?'],
  [{ more: 'forwarded = { mode = "add" }' }, '6:22 expected "replace", "append" or "off", found "add"'],
  [{ more: 'upstream_host = "client"' }, '6:17 expected "upstream" or "preserve", found "client"'],
  [{ more: "access_log = {}" }, '6:14 missing key "path": expected a string'],
  [{ more: 'access_log = { path = "" }' }, '6:23 expected the path of a file, or "stdout", found ""'],
  [
    { more: 'access_log = { path = "a", format = "jsn" }' },
    '6:37 access log format is invalid at position 0: unknown format "jsn", did you mean "json"?',
  ],
  [
    { more: 'access_log = { path = "a", format = "$method $statsu" }' },
    '6:37 access log format is invalid at position 8: unknown variable "$statsu", did you mean "$status"?',
  ],
  [
    { more: 'access_log = { path = "a", format = "$request_header_cookie" }' },
    '6:37 access log format is invalid at position 0: "$request_header_cookie" is refused: its value is a secret that would end up in the log',
  ],
  [{ more: 'access_log = { path = "a", flush_ms = 0 }' }, "6:39 expected a number of at least 1, found 0"],
  [{ more: tls('ciphers = ""') }, ciphersExpected("6:51", '""')],
  [{ more: tls('ciphers = "\\u0000"') }, ciphersExpected("6:51", '"\\u0000"')],
  [
    { more: tls('certificates = [{ chain = "a", key = "b", names = ["https://a"] }]') },
    '6:92 expected a host name such as "example.org" or "*.example.org", found "https://a"',
  ],
  [{ more: tls('min_version = "1.1"') }, '6:55 expected "1.2" or "1.3", found "1.1", did you mean "1.2"?'],
  [
    { upstreams: 'upstreams = [{ endpoint = "a:1", tls = { server_name = "a b" } }]' },
    '9:56 expected a host name such as "example.org", found "a b"',
  ],
  [{ upstreams: 'module = "a\\u0000"' }, '9:10 expected the name of a file, found "a\\u0000"'],
  [{ upstreams: 'respond = { file = "a\\nb" }' }, '9:20 expected the name of a file, found "a\\nb"'],
  [
    { more: openid('after_logout_url = "/\\r\\nX: y"') },
    '6:160 expected a path or a url, found "/\\r\\nX: y"',
  ],
  [{ more: "route = {}" }, '6:1 unknown key "route", did you mean "routes"?'],
  [
    { routes: "", path: "", upstreams: "" },
    '2:2 missing key "routes": expected an array of routes ([[servers.KEY.routes]] in TOML)',
  ],
  [{ path: "" }, '7:3 missing key "path": expected a string'],
  [{ path: 'path = "a"' }, '8:8 expected a path that begins with "/", found "a"'],
  [
    { path: 'path = "/"\npath_mode = "strip"' },
    '9:13 expected "replace", "keep" or "strip_prefix", found "strip", did you mean "strip_prefix"?',
  ],
  [
    { path: 'path = "/"\nload_balancer = "roundrobin"' },
    '9:17 expected "random", "weighted_random", "round_robin" or "first", found "roundrobin", did you mean "round_robin"?',
  ],
  [{ upstreams: "upstreams = []" }, "9:13 expected at least 1 entry, found an empty array"],
  [endpoint("ftp://a"), '9:51 expected a uri with the scheme http or https, found "ftp://a"'],
  [endpoint("127.0.0.1:80"), '9:51 expected a uri such as "http://127.0.0.1:8080", found "127.0.0.1:80"'],
  [endpoint("http:///a"), '9:51 expected a uri with a host, found "http:///a"'],
  [endpoint("http://:80"), '9:51 expected a uri with a host, found "http://:80"'],
  [endpoint("http://u:secret@a"), '9:51 expected a uri without user and password, found "http://u:******@a"'],
  [endpoint("http://a/#b"), '9:51 expected a uri without fragment, found "http://a/#b"'],
  [
    endpoint("http://a b"),
    '9:51 expected a uri without spaces and other characters to escape, found "http://a b"',
  ],
  [endpoint("http://a:65536"), '9:51 expected a uri with a valid host and port, found "http://a:65536"'],
  // What a URL parser would make an address of, or pass on.
  [endpoint("http://1.2.3:80"), '9:51 expected a uri with a valid host and port, found "http://1.2.3:80"'],
  [endpoint("http://0x7f.1"), '9:51 expected a uri with a valid host and port, found "http://0x7f.1"'],
  [endpoint("http://a..b"), '9:51 expected a uri with a valid host and port, found "http://a..b"'],
  [endpoint("http://%61:80"), '9:51 expected a uri with a valid host and port, found "http://%61:80"'],
  [endpoint("http://a:0"), '9:51 expected a uri with a port between 1 and 65535, found "http://a:0"'],
  [
    endpoint("127.0.0.1", "socket"),
    '9:54 expected a host and port such as "127.0.0.1:8080", found "127.0.0.1"',
  ],
  [
    endpoint("1.2.3.256:80", "socket"),
    '9:54 expected a host and port such as "127.0.0.1:8080", found "1.2.3.256:80"',
  ],
  [endpoint("a:0", "socket"), '9:54 expected a host and port such as "127.0.0.1:8080", found "a:0"'],
  [
    endpoint("a".repeat(108), "unix"),
    `9:52 expected the path of a unix socket, at most 107 bytes, found "${"a".repeat(60)}…"`,
  ],
  [endpoint("a", "url"), '9:36 expected "uri", "socket" or "unix", found "url", did you mean "uri"?'],
  [
    { upstreams: 'upstreams = [{ endpoint = { type = "unix", value = "/a" }, weight = 65536 }]' },
    "9:69 expected a number of at most 65535, found 65536",
  ],
  [
    {
      path: 'path = "/"\nload_balancer = "weighted_random"',
      upstreams: 'upstreams = [{ endpoint = { type = "unix", value = "/a" }, weight = 0 }]',
    },
    "10:13 expected a weight above 0 for at least one upstream, found only 0",
  ],
  [
    { path: 'path = "/{"' },
    '8:8 route pattern "/{" is invalid at position 1: expected a } that ends the parameter, or {{ for the character {',
  ],
  [
    {
      end: '[[servers.web.routes]]\npath = "/"\nupstreams = [{ endpoint = { type = "unix", value = "/a" } }]',
    },
    '11:8 route "/" conflicts with route "/", expected patterns that differ in more than their parameters, or another condition',
  ],
];
