import { rename, writeFile } from "node:fs/promises";
import { freePort, temporaryFolder } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { answerAt, configText, local, monolake, startFollowing } from "./cli.ts";

const server = configText({ listen: 8080, upstream: "http://127.0.0.1:9" });
const secret = "hunter2-hunter2-hunter2-hunter2-hunter2";

/** What a command says of a file, which is called FILE. */
async function run(text: string, env: Record<string, string>, command: readonly string[]) {
  await using folder = await temporaryFolder();
  const file = await folder.write("x.toml", text);
  const programArguments = command.map((word) => (word === "FILE" ? file : word));
  await using program = await monolake(programArguments, { env });
  const { code } = await program.exited;
  return { code, output: (program.stdout + program.stderr).replaceAll(file, "FILE") };
}

describe("references in a configuration", () => {
  it("are what the proxy serves with, and check finds all that stand for nothing at once", async () => {
    const text = server
      .replace("worker_threads = 2", 'worker_threads = "${env:WORKERS:-1}"')
      .replace("8080", "${env:PORT}")
      .replace('proxy_type = "http"', 'proxy_type = "${env:TYPE}"\ndebug = "${file:debug}"');
    const { code, output } = await run(text, { PORT: "8080" }, ["check", "FILE"]);
    expect(output).toMatch(/FILE:6:15 error: \$\{env:TYPE\}: the environment variable TYPE is not set/);
    expect(output).toMatch(
      /FILE:7:10 error: \$\{file:debug\}: cannot read the file "\/.*\/debug": it does not exist/,
    );
    expect(output).toMatch(/FILE cannot be served, 2 errors\n$/);
    expect(code).toBe(1);
    const good = text.replace("${file:debug}", "${env:DEBUG}");
    const env = { PORT: "8080", TYPE: "http", DEBUG: "true", WORKERS: "2" };
    expect(await run(good, env, ["check", "FILE"])).toEqual({
      code: 0,
      output: "FILE is good: 1 server\n",
    });
  });

  it("are shown by no command with their values", async () => {
    const keyAsPath = server.replace("[[", `tls = { chain = "a.crt", key = "\${env:SECRET}" }\n[[`);
    const checked = await run(keyAsPath, { SECRET: `//${secret}` }, ["check", "FILE"]);
    expect(checked.output).toMatch(/cannot read the file "[^"]*\$\{env:SECRET\}"/);
    const edited = server.replace(
      'path = "/"',
      'path = "/"\nrequest = { set = { X-Key = "${env:SECRET}" } }',
    );
    const asked = ["explain", "GET", "http://127.0.0.1:8080/", "--config", "FILE"];
    const explained = await run(edited, { SECRET: secret }, asked);
    expect(explained.output).toMatch(/x-key = \$\{env:SECRET\}/i);
    const workers = server.replace("worker_threads = 2", 'worker_threads = "${env:SECRET}"');
    const refused = await run(workers, { SECRET: secret }, ["--config", "FILE"]);
    expect(refused.output).toMatch(/FILE:2:18 error: expected .*, found "\$\{env:SECRET\}"/);
    for (const { output } of [checked, explained, refused]) expect(output).not.toContain("hunter2");
  });

  it("are shown by diff as they are written", async () => {
    await using folder = await temporaryFolder();
    const old = await folder.write("old.toml", server);
    const text = server.replace("worker_threads = 2", 'worker_threads = "${env:WORKERS}"');
    const { output } = await run(text, { WORKERS: "7" }, ["diff", old, "FILE"]);
    expect(output).toMatch(/worker_threads: 2 -> \$\{env:WORKERS\}:/);
  });

  it("to a file are followed: the proxy serves with what is in it now", async () => {
    await using folder = await temporaryFolder();
    await folder.write("body", "one\n");
    const port = await freePort();
    const text = configText({ listen: port, upstream: "http://127.0.0.1:9" }).replace(
      /upstreams = .*/,
      () => 'respond = { body = "$${file:body} is ${file:body}" }',
    );
    await using proxy = await startFollowing(folder.file("monolake.toml"), text);
    expect(await answerAt(local(port))).toMatch(/\$\{file:body\} is one$/);
    await writeFile(folder.file("body.new"), "two\n");
    await rename(folder.file("body.new"), folder.file("body"));
    expect(await proxy.nextLine(/"msg":"configuration applied"/)).toMatchObject({ changed: ["web"] });
    expect(await answerAt(local(port))).toMatch(/\$\{file:body\} is two$/);
  });
});
