import { temporaryFolder } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { monolake } from "./cli.ts";

const config = `
[runtime]
[servers.web]
name = "web"
proxy_type = "http"
listener = { type = "socket", value = "127.0.0.1:8080" }
access_log = { path = "stdout" }
[[servers.web.routes]]
path = "/{*rest}"
upstreams = [{ endpoint = { type = "uri", value = "http://127.0.0.1:9000/base" } }]
[[servers.web.routes]]
path = "/users/{id}"
match = { hosts = ["api.test"], methods = ["GET"] }
rewrite = "/v2/{id}?y=1"
load_balancer = "round_robin"
upstreams = [
  { endpoint = { type = "socket", value = "127.0.0.1:9001" } },
  { endpoint = { type = "unix", value = "/run/app.sock" } },
]
[[servers.web.routes]]
path = "/users/{id}"
match = { methods = ["PUT"], headers = { X-Env = "canary" } }
respond = { status = 503 }
[[servers.web.routes]]
path = "/old"
redirect = { status = 301, location = "https://{host}/new" }
[[servers.web.routes]]
path = "/secrets"
match = { headers = { Authorization = "hunter2" } }
request = { set = { X-Api-Key = "hunter3", X-Plain = "seen" } }
upstreams = ["127.0.0.1:9001"]
[servers.other]
name = "other"
proxy_type = "http"
listener = { type = "socket", value = "0.0.0.0:8081" }
[[servers.other.routes]]
path = "/only"
match = { methods = ["PUT"] }
respond = {}
`;

async function explain(...args: readonly string[]) {
  await using folder = await temporaryFolder();
  const file = await folder.write("x.toml", config);
  await using command = await monolake(["explain", ...args, "--config", file]);
  const { code } = await command.exited;
  return { code, output: command.stdout, errors: command.stderr };
}

describe("monolake explain", () => {
  it("says server, layers, route, rewriting and upstreams of a request, and why other routes did not take it", async () => {
    const asked = await explain("GET", "http://127.0.0.1:8080/x/../users/7?z=2", "-H", "Host: api.test");
    expect(asked).toEqual({
      code: 0,
      errors: "",
      output: `server "web": listens at 127.0.0.1:8080
layers: access log -> HTTP -> connection reuse -> route -> rewrite, edit, answer -> upstream
path in normal form: /users/7?z=2
route 2 takes it: /users/{id} {"hosts":["api.test"],"methods":["GET"]}
  path rewritten to /v2/7?y=1&z=2
  goes to one of (round_robin)
    127.0.0.1:9001: GET /v2/7?y=1&z=2, Host: 127.0.0.1:9001
    unix:/run/app.sock: GET /v2/7?y=1&z=2, Host: localhost
route 1 does not: /{*rest}: would take it, but the other is for a more specific host
route 3 does not: /users/{id} {"methods":["PUT"],"headers":{"X-Env":"canary"}}: for the method PUT
route 4 does not: /old: another path
route 5 does not: /secrets {"headers":{"Authorization":"***"}}: another path
`,
    });
  });

  it.each([
    [
      ["DELETE", "http://127.0.0.1:8080/users/7"],
      0,
      /route 1 takes it[\s\S]*127\.0\.0\.1:9000: DELETE \/base, Host: 127\.0\.0\.1:9000/,
    ],
    [
      ["PUT", "http://127.0.0.1:8080/users/7", "-H", "X-Env: canary"],
      0,
      /route 3 takes it[\s\S]*answers with 503 by itself/,
    ],
    [
      ["PUT", "http://127.0.0.1:8080/users/7", "-H", "X-Env: other"],
      0,
      /route 3 does not: .*: for the header x-env: canary/,
    ],
    [
      ["TRACE", "http://127.0.0.1:8080/x"],
      0,
      /route 1 takes it.*\n {2}answered with 405: TRACE goes no further/,
    ],
    [["GET", "http://shop.test:8080/old"], 0, /redirects with 301 to https:\/\/shop\.test\/new/],
    [
      ["GET", "http://127.0.0.1:8081/only"],
      1,
      /^server "other": [\s\S]*no route takes GET: answered with 405, Allow: PUT/,
    ],
    [["GET", "http://127.0.0.1:8081/none"], 1, /no route takes it: answered with 404/],
    [["GET", "http://127.0.0.1/none", "--server", "other"], 1, /^server "other"/],
    [["GET", "http://127.0.0.1:8080/../x"], 1, /answered with 400/],
    [["get", "http://127.0.0.1:8080/x"], 1, /answered with 501: .*method unknown in line 1, found get/],
    [["G ET", "http://127.0.0.1:8080/x"], 1, /answered with 501/],
    [["GET", "http://127.0.0.1:8080/a b"], 1, /answered with 400: .*target invalid in line 1, found \/a b/],
    [["GET", `http://127.0.0.1:8080/${"a".repeat(16_384)}`], 1, /answered with 414: .*target too long/],
    [["GET", "http://127.0.0.1:8080/x", "-H", "Host: a b"], 1, /answered with 400: .*host invalid/],
    [
      ["GET", "http://127.0.0.1:8080/secrets", "-H", "Authorization: own"],
      0,
      /route 5 does not: \/secrets \{"headers":\{"Authorization":"\*\*\*"\}\}: for the header authorization: \*\*\*/,
    ],
    [
      ["GET", "http://127.0.0.1:8080/secrets", "-H", "Authorization: hunter2"],
      0,
      /request header: X-Api-Key = \*\*\*, X-Plain = seen\n/,
    ],
  ])("says of %j: exit code %d", async (args, code, output) => {
    expect(await explain(...args)).toMatchObject({ code, output: expect.stringMatching(output) });
  });

  it.each([
    [["GET"], /a method and a url are needed/],
    [["GET", "/path"], /expected a url such as/],
    [["GET", "http://a:99/"], /no HTTP server listens at port 99: .* web \(127\.0\.0\.1:8080\), other/],
    [["GET", "http://a/", "-s", "nope"], /there is no HTTP server "nope"; there are: web/],
    [["GET", "http://a:8080/", "-H", "nonsense"], /expected a header such as/],
  ])("explains what is wrong with %j", async (args, errors) => {
    expect(await explain(...args)).toMatchObject({
      code: 1,
      output: "",
      errors: expect.stringMatching(errors),
    });
  });

  it("says where a file is wrong", async () => {
    await using folder = await temporaryFolder();
    const file = await folder.write("x.toml", config.replace("match", "mtach"));
    await using command = await monolake(["explain", "GET", "http://a/", "-c", file]);
    expect((await command.exited).code).toBe(1);
    expect(command.stderr).toMatch(/x\.toml:13:1 error: unknown key "mtach", did you mean "match"\?/);
  });
});
