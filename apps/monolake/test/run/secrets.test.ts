import { temporaryFolder } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { configText, monolake } from "./cli.ts";

const server = configText({ listen: 8080, upstream: "http://127.0.0.1:9" });
const openid = `openid = { issuer_url = "https://id", client_id = "a", client_secret = "hunter2-hunter2", redirect_url = "https://a/b", session_secrets = ["hunter2"] }`;
const pem = "-----BEGIN PRIVATE KEY-----\nhunter2//hunter2\n-----END PRIVATE KEY-----";

it.each([
  ["beside a mistake", server.replace("[[", `${openid}\n[[`), /expected a secret of at least 32 characters/],
  [
    "in a field of a route",
    `${server}request = { set = { Authorization = "Bearer hunter2", X = 1 } }`,
    /Authorization = "\*/,
  ],
  [
    "in a server that is refused as a whole",
    `${server}request = { set = { Authorization = "Bearer hunter2" } }\n`.replace("8080", "8o8o"),
    /expected an ip address and port/,
  ],
  [
    "pasted in place of the name of its file",
    server.replace("[[", `tls = { chain = "a.crt", key = """${pem}""" }\n[[`),
    /expected the name of a file, found a value that is not shown/,
  ],
])("a secret in plain text is shown by no command, %s", async (_what, text, expected) => {
  await using folder = await temporaryFolder();
  const file = await folder.write("x.toml", text);
  const commands = [["--config"], ["check"], ["explain", "GET", "http://127.0.0.1:8080/", "--config"]];
  for (const words of commands) {
    await using command = await monolake([...words, file]);
    expect((await command.exited).code).toBe(1);
    const said = command.stdout + command.stderr;
    expect(said).toMatch(expected);
    expect(said).not.toContain("hunter2");
  }
});
