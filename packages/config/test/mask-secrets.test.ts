import { describe, expect, it } from "vitest";
import { z } from "zod";
import { formatProblems, isSecretName, parseConfig, summarizeProblem } from "../src/index.ts";

const schema = z.strictObject({
  client_secret: z.string().max(5).optional(),
  session_secrets: z.array(z.string().max(5)).optional(),
  headers: z.record(z.string(), z.string()).optional(),
  port: z.int().optional(),
  key: z.string().max(5).optional(),
});

/** Everything that is said of a text that is wrong. */
function saidOf(text: string, file = "config.toml"): string {
  const outcome = parseConfig({ text, file, schema, references: true });
  if (outcome.type === "valid") expect.unreachable();
  return formatProblems(outcome.problems) + outcome.problems.map(summarizeProblem).join("\n");
}

describe("a secret that a file has in plain text is not shown", () => {
  it.each([
    ["where it is wrong itself", 'client_secret = "hunter2-hunter2"', "a.toml"],
    ["where it has the wrong type", "client_secret = 4711471147114711", "a.toml"],
    ["beside what is wrong", 'headers = { X-Api-Key = "hunter2", X = 1 }', "a.toml"],
    ["where a list of them has the wrong type", 'session_secrets = "hunter2"', "a.toml"],
    ["in a list", 'session_secrets = [\n  "a",\n  "hunter2",\n]', "a.toml"],
    ["in a list of YAML", "session_secrets:\n  - a\n  - hunter2 and more\n", "a.yaml"],
    ["in a list of JSON", '{"session_secrets": ["hunter2", "4711"], "port": "x"}', "a.json"],
    ["in several lines", 'port = "x"\nclient_secret = """\nhunter2\nhunter2"""', "a.toml"],
    ["in a line of its own", "client_secret:\n  hunter2 hunter2", "a.yaml"],
    ["behind a key that is misspelt", 'client_secert = "hunter2"', "a.toml"],
    ["behind a key with a name of the same kind", 'dbPassword = "hunter2"', "a.toml"],
    ["as the default of a reference", 'client_secret = "${env:NO_SUCH:-hunter2}"', "a.toml"],
    ["where its string is not closed", 'client_secret = "hunter2\nport = 1', "a.toml"],
    ["where quotes are missing", "client_secret = hunter2 4711\n", "a.toml"],
    ["in a list that is not closed", 'session_secrets = [ "hunter2"\n"4711"\nport = 1', "a.toml"],
    ["where a comma is missing", '{"client_secret": "hunter2" "port": 1}', "a.json"],
    ["in YAML that is wrong", 'client_secret: "hunter2\nport: [', "a.yaml"],
    ["where a key is there twice", 'client_secret = "a"\nclient_secret = "hunter2"', "a.toml"],
    [
      "where a key is pasted in place of its file's name",
      'key = """-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----"""',
      "a.toml",
    ],
  ])("%s", (_what, text, file) => {
    const said = saidOf(text, file);
    expect(said).toContain(`${file}:`);
    expect(said).not.toMatch(/hunter2|4711/);
  });
});

it("keeps the form of the line and the place of the mark", () => {
  expect(saidOf('headers = { X-Api-Key = "hunter2", X = 1 }')).toContain(`\
  1 | headers = { X-Api-Key = "*******", X = 1 }
    |                                        ^
`);
});

it("shows a reference to a secret, which says where it is", () => {
  const said = saidOf('client_secret = "${env:NO_SUCH_SECRET}"');
  expect(said).toContain('  1 | client_secret = "${env:NO_SUCH_SECRET}"');
});

it.each([
  "client_secret",
  "dbPassword",
  "X-Auth-Key",
  "Set-Cookie",
  "apiKey",
  "private_keys",
  "Proxy-Authorization",
])("takes %s for the name of a secret", (name) => expect(isSecretName(name)).toBe(true));

it.each([
  "key",
  "cookie_name",
  "id_token_hint",
  "session_tickets",
  "server_keepalive_timeout_sec",
  "X-Monkey",
])("takes %s for the name of something else", (name) => expect(isSecretName(name)).toBe(false));

it("shows the names of files, and values of keys that only begin like a secret", () => {
  const said = saidOf('key = "server.key"\ncookie_name = "shown"');
  expect(said).toContain('found "server.key"');
  expect(said).toContain('cookie_name = "shown"');
});
