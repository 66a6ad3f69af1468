import { freePort, rawClient, startHttpUpstream, startProgram, temporaryFolder } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { main, monolake } from "./cli.ts";

const configText = (port: number, upstreamPort: number): string => `
[runtime]
worker_threads = 2

[servers.web]
name = "web"
proxy_type = "http"
listener = { type = "socket", value = "127.0.0.1:${port}" }

[[servers.web.routes]]
path = "/"
upstreams = [{ endpoint = { type = "uri", value = "http://127.0.0.1:${upstreamPort}" } }]
`;

describe("the command line", () => {
  it("serves what a file says until SIGTERM, and exits with 0", async () => {
    await using folder = await temporaryFolder();
    await using upstream = await startHttpUpstream((_request, response) => response.end("through"));
    const port = await freePort();
    const file = await folder.write("monolake.toml", configText(port, upstream.port));
    await using proxy = await monolake(["--config", file], { readyPattern: /"msg":"serving"/ });
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("through");
    proxy.kill("SIGTERM");
    expect(await proxy.exited).toEqual({ code: 0, signal: null });
    await expect(rawClient({ host: "127.0.0.1", port })).rejects.toThrow("ECONNREFUSED");
  });

  it("lets a request that is under way finish when it is stopped", async () => {
    await using folder = await temporaryFolder();
    const arrived = Promise.withResolvers<() => void>();
    await using upstream = await startHttpUpstream((_request, response) =>
      arrived.resolve(() => response.end("finished")),
    );
    const port = await freePort();
    const file = await folder.write("monolake.toml", configText(port, upstream.port));
    await using proxy = await monolake(["-c", file], { readyPattern: /"msg":"serving"/ });
    const answer = fetch(`http://127.0.0.1:${port}/`);
    const finish = await arrived.promise;
    proxy.kill("SIGTERM");
    await proxy.waitForOutput(/"msg":"closing"/);
    finish();
    expect(await (await answer).text()).toBe("finished");
    expect((await proxy.exited).code).toBe(0);
  });

  it("says nothing when the reader of what it prints has seen enough", async () => {
    const command = `'${process.execPath}' --conditions=@monolake/source '${main}' schema | head -c 10`;
    await using program = await startProgram("sh", ["-c", command]);
    expect((await program.exited).code).toBe(0);
    expect(program.stdout).toHaveLength(10);
    expect(program.stderr).toBe("");
  });

  it("says where a file is wrong and exits with 1", async () => {
    await using folder = await temporaryFolder();
    const file = await folder.write("wrong.toml", configText(80_000, 80).replace("routes", "rutes"));
    await using proxy = await monolake(["--config", file]);
    expect((await proxy.exited).code).toBe(1);
    expect(proxy.stderr).toMatch(/wrong\.toml:8:\d+/);
    expect(proxy.stderr).toMatch(/did you mean/i);
    expect(proxy.stderr).not.toMatch(/\n\s+at /);
  });

  it("names the address that is in use and exits with 1", async () => {
    await using folder = await temporaryFolder();
    await using upstream = await startHttpUpstream();
    const file = await folder.write("busy.toml", configText(upstream.port, upstream.port));
    await using proxy = await monolake(["--config", file]);
    expect((await proxy.exited).code).toBe(1);
    expect(proxy.stderr).toContain(`127.0.0.1:${upstream.port}`);
  });

  it.each([
    ["--help", /Usage:[\s\S]*--config PATH/],
    ["-h", /Usage:/],
    ["--version", /^monolake \d+\.\d+\.\d+\n$/],
    ["-V", /^monolake \d/],
  ])("answers %s", async (option, expected) => {
    await using command = await monolake([option]);
    expect((await command.exited).code).toBe(0);
    expect(command.stdout).toMatch(expected);
  });

  it.each([
    [[], /no configuration file given/],
    [["--confg", "x"], /^monolake: unknown option '--confg'\nTry: monolake --help\n$/],
    [["serve"], /unknown command serve; commands are: check, /],
    [
      ["shop.toml"],
      /unknown command shop\.toml; to run with this configuration: monolake --config shop\.toml/,
    ],
    [["--config", "/nonexistent/x.toml"], /\/nonexistent\/x\.toml/],
    [["/tmp"], /unknown command \/tmp; to run with this configuration: monolake --config \/tmp\n/],
    [["--config"], /^monolake: --config needs a value\nTry: monolake --help\n$/],
    [["--config", "--dev"], /^monolake: --config needs a value\n/],
    [["-c", "--dev"], /^monolake: -c needs a value\n/],
    [["--config", ""], /^monolake: --config is empty\n/],
    [[""], /^monolake: an argument is empty\n/],
    [["check", ""], /^monolake: an argument is empty\nTry: monolake check --help\n$/],
    [["--config", "x", "--dev=true"], /^monolake: --dev takes no value\n/],
    [["--config", "x", "--log-level", "loud"], /unknown log level loud/],
    [["-c", "a.toml", "--config", "b.toml"], /--config is given more than once: a\.toml, b\.toml\n/],
  ])("explains what is wrong with %j", async (programArguments, expected) => {
    await using command = await monolake(programArguments);
    expect((await command.exited).code).toBe(1);
    expect(command.stderr).toMatch(expected);
  });

  it("says that the working directory is gone", async () => {
    await using folder = await temporaryFolder();
    const run = async (...words: readonly string[]) => {
      const command = 'mkdir "$0" && cd "$0" && rmdir "$0" && exec "$@"';
      const program = [process.execPath, "--conditions=@monolake/source", main, ...words];
      await using shell = await startProgram("/bin/sh", ["-c", command, folder.file("gone"), ...program]);
      expect((await shell.exited).code).toBe(1);
      return shell.stderr;
    };
    expect(await run("init")).toBe("monolake: the working directory is removed: change to another one\n");
    expect(await run("check", "a.toml")).toMatch(/working directory "\(removed\)"\): it does not exist\n$/);
  });

  it("names the variable that has a level that it does not know, and takes an empty one as none", async () => {
    const withLevel = (level: string) => monolake(["--config", "/no/such"], { env: { MONOLAKE_LOG: level } });
    await using loud = await withLevel("loud");
    await using empty = await withLevel("");
    expect([(await loud.exited).code, (await empty.exited).code]).toEqual([1, 1]);
    expect(loud.stderr).toMatch(/unknown log level loud in MONOLAKE_LOG; levels are/);
    expect(empty.stderr).toMatch(/it does not exist/);
  });
});
