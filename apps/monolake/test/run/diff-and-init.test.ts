import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { parseProxyConfig } from "../../src/schema/index.ts";
import { starterFile } from "../../src/starter/starter-file.ts";
import { configText, monolake } from "./cli.ts";

const server = (key: string, listen: number, more = "") => ({
  key,
  listen,
  upstream: "http://127.0.0.1:9",
  more,
});

async function diff(before: string, after: string, name = "new.toml") {
  await using folder = await temporaryFolder();
  const files = [await folder.write("old.toml", before), await folder.write(name, after)];
  await using command = await monolake(["diff", ...files]);
  const { code } = await command.exited;
  return { code, output: command.stdout, errors: command.stderr };
}

describe("monolake diff", () => {
  it("says what a reload would do with each server, and with the workers", async () => {
    const before = configText(
      server("same", 1001),
      server("changed", 1002),
      server("moved", 1003),
      server("gone", 1004),
      server("before", 1005),
    );
    const after = configText(
      server("same", 1001),
      server("changed", 1002, "debug = true"),
      server("moved", 2003),
      server("fresh", 1006),
      server("after", 1005),
    ).replace("worker_threads = 2", "worker_threads = 4");
    const { code, output } = await diff(before, after);
    expect(code).toBe(0);
    expect(
      output
        .trimEnd()
        .split("\n")
        .filter((line) => !line.startsWith(" "))
        .map((line) => line.replace(/(:.*)$/, "")),
    ).toEqual([
      "unchanged  same",
      "updated    changed",
      "moved      moved",
      "added      fresh",
      "renamed    before to after",
      "removed    gone",
      "runtime    worker_threads",
    ]);
    expect(output).toMatch(/worker_threads: 2 -> 4: workers are added, removed or replaced/);
  });

  it("names the keys that differ, as they are written, and shows no secret", async () => {
    const routes = (...paths: string[]) =>
      paths.map((path) => `[[servers.web.routes]]\npath = "${path}"\nmodule = "a.js"\n`).join("");
    const before = `${configText(
      server(
        "web",
        1001,
        "timeout = { server_keepalive_timeout_sec = 60 }\nlimits = { max_connections = 5 }",
      ),
    )}request = { set = { X-Stage = "one", Authorization = "Bearer hunter2" } }\n${routes("/a", "/b")}`;
    const after = `debug = true\n${configText(
      server("web", 1001, 'timeout = { server_keepalive_timeout_sec = 30 }\nparsing = "compat"'),
    )}request = { set = { X-Stage = "two", Authorization = "Bearer hunter3" } }\n${routes("/c", "/b")}`.replace(
      "http://127.0.0.1:9",
      "http://127.0.0.1:10",
    );
    const { output, code } = await diff(before, after);
    expect(code).toBe(0);
    expect(output.split("\n").slice(1)).toEqual([
      '           parsing: "strict" -> "compat"',
      "           timeout.server_keepalive_timeout_sec: 60 -> 30",
      "           limits.max_connections: removed, 5",
      '           routes[0].request.set.X-Stage: "one" -> "two"',
      "           routes[0].request.set.Authorization: another value, which is not shown",
      '           routes[0].upstreams[0].endpoint.value: "http://127.0.0.1:9" -> "http://127.0.0.1:10"',
      '           routes[1].path: "/a" -> "/c"',
      "           debug: false -> true",
      "",
    ]);
    expect(output).not.toContain("hunter");
  });

  it("compares what files say, not how", async () => {
    const toml = configText(server("web", 1001));
    const yaml = `runtime: { worker_threads: 2 }
servers:
  web:
    name: web
    proxy_type: http
    listener: { type: socket, value: "127.0.0.1:1001" }
    routes: [{ path: "/", upstreams: [{ endpoint: { type: uri, value: "http://127.0.0.1:9" } }] }]
`;
    expect(await diff(toml, yaml, "new.yaml")).toMatchObject({ code: 0, output: "unchanged  web\n" });
  });

  it("says where a file is wrong", async () => {
    const good = configText(server("web", 1001));
    expect(await diff(good, good.replace("listener", "listner"))).toMatchObject({
      code: 1,
      output: "",
      errors: expect.stringMatching(
        /new\.toml:\d+:1 error: unknown key "listner", did you mean "listener"\?/,
      ),
    });
  });

  it("needs two files", async () => {
    await using command = await monolake(["diff", "x.toml"]);
    expect((await command.exited).code).toBe(1);
    expect(command.stderr).toMatch(/two configurations are needed/);
  });
});

describe("monolake init", () => {
  it.each(["monolake.toml", "monolake.yaml", "monolake.json"])(
    "writes %s, which passes check, and once",
    async (name) => {
      await using folder = await temporaryFolder();
      const file = join(folder.path, name);
      await using command = await monolake(["init", file]);
      expect((await command.exited).code).toBe(0);
      await using check = await monolake(["check", file]);
      expect(await check.exited).toMatchObject({ code: 0 });
      expect(check.stdout).toBe(`${file} is good: 1 server\n`);
      const text = await readFile(file, "utf8");
      await using again = await monolake(["init", file]);
      expect((await again.exited).code).toBe(1);
      expect(again.stderr).toMatch(/is there already, and stays as it is/);
      expect(await readFile(file, "utf8")).toBe(text);
    },
  );

  it("says the same in each format", () => {
    const [toml, yaml, json] = ["a.toml", "a.yaml", "a.json"].map((file) => {
      const outcome = parseProxyConfig({ text: starterFile(file) ?? "", file });
      return outcome.type === "valid" && outcome.config;
    });
    expect(toml).toHaveProperty("servers");
    expect([yaml, json]).toEqual([toml, toml]);
  });

  it("says where a file cannot be written, why, and what to do", async () => {
    await using folder = await temporaryFolder();
    await folder.write("file", "");
    const init = async (name: string) => {
      await using command = await monolake(["init", folder.file(name)]);
      expect((await command.exited).code).toBe(1);
      expect(command.stdout).toBe("");
      return command.stderr.replaceAll(folder.path, "FOLDER");
    };
    expect(await init("no/such/a.toml")).toBe(
      "monolake: cannot write FOLDER/no/such/a.toml: the folder FOLDER/no/such does not exist; to make it: mkdir -p FOLDER/no/such\n",
    );
    expect(await init("file/a.toml")).toBe(
      "monolake: cannot write FOLDER/file/a.toml: FOLDER/file is no folder, or is below a file: choose another place\n",
    );
    expect(await init(`${"a".repeat(300)}.toml`)).toMatch(/: its name is too long\n$/);
    expect(await init("")).toMatch(/found the folder FOLDER\/?: use init FOLDER\/monolake\.toml\n/);
  });

  // Root may write anywhere, except for where nobody may.
  it("says that it may not write into a folder", async () => {
    await using command = await monolake(["init", "/proc/a.toml"]);
    expect((await command.exited).code).toBe(1);
    expect(command.stderr).toMatch(
      /^monolake: cannot write \/proc\/a\.toml: .*the folder \/proc.*: choose another one\n$/,
    );
  });

  it("names commands that can be typed as they are", async () => {
    await using folder = await temporaryFolder();
    await using command = await monolake(["init", folder.file("it's.toml")]);
    expect((await command.exited).code).toBe(0);
    expect(command.stdout).toContain(`  monolake check '${folder.path}/it'\\''s.toml'\n`);
  });

  it("refuses an ending that it does not know", async () => {
    await using command = await monolake(["init", "monolake.ini"]);
    expect((await command.exited).code).toBe(1);
    expect(command.stderr).toMatch(/expected a file that ends in/);
  });
});

it.each(["check", "explain", "diff", "init", "schema", "demo"])(
  "monolake %s --help says how it is called",
  async (name) => {
    await using command = await monolake([name, "--help"]);
    expect((await command.exited).code).toBe(0);
    expect(command.stdout).toMatch(new RegExp(`Usage:\n {2}monolake ${name}`));
  },
);
