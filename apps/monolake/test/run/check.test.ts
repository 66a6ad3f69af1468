import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { createCertificate, startProgram, temporaryFolder } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { configText, main, monolake } from "./cli.ts";

const good = configText({ listen: 8080, upstream: "http://127.0.0.1:9" });

/** What `monolake check` says of a text; FILE stands for its name. */
async function check(text: string, name = "x.toml") {
  await using folder = await temporaryFolder();
  const file = await folder.write(name, text);
  await using command = await monolake(["check", file]);
  const { code } = await command.exited;
  return { code, output: command.stdout.replaceAll(file, "FILE"), errors: command.stderr };
}

const cases: [what: string, text: string, code: number, output: RegExp[]][] = [
  ["a good file", good, 0, [/^FILE is good: 1 server\n$/]],
  [
    "every problem of a wrong one",
    good.replace("8080", "80800").replace("name", "nmae"),
    1,
    [
      /FILE:5:1 error: unknown key "nmae", did you mean "name"\?/,
      /\n {2}5 \| nmae = "web"\n/,
      /FILE cannot be served, 3 errors\n$/,
    ],
  ],
  ["a syntax error", "[runtime\n", 1, [/^FILE:1:9 error: /, /FILE cannot be served, 1 error\n$/]],
  [
    "settings without effect, as warnings",
    good.replace("[runtime]", "[runtime]\nentries = 1024"),
    0,
    [
      /FILE:2:11 warning: "entries" has no effect \(runtime\.entries\)/,
      /FILE is good: 1 server, 1 warning\n$/,
    ],
  ],
  [
    "files of routes and the folder of an access log that are missing",
    good
      .replace("[[", 'access_log = { path = "/no/x.log" }\n[[')
      .concat('[[servers.web.routes]]\npath = "/a"\nmodule = "/no/a.js"\n')
      .concat('[[servers.web.routes]]\npath = "/b"\nrespond = { file = "/no/b.txt" }\n'),
    0,
    [
      /warning: cannot write into the folder "\/no": it does not exist \(servers\.web\.access_log\.path\)/,
      /warning: cannot read the file "\/no\/a\.js": it does not exist \(servers\.web\.routes\[1\]\.module\)/,
      /warning: cannot read the file "\/no\/b\.txt": it does not exist \(servers\.web\.routes\[2\]\.respond\.file\)/,
      /is good: 1 server, 3 warnings\n$/,
    ],
  ],
  [
    "certificate files that are missing, with their path",
    good.replace("[[", 'tls = { chain = "no/such.crt", key = "/no/such.key" }\n[['),
    0,
    [
      /warning: cannot read the file "\/.+\/no\/such\.crt" \(from the working directory\): it does not exist \(servers\.web\.tls\.chain\)/,
      /warning: cannot read the file "\/no\/such\.key"/,
      /is good: 1 server, 2 warnings\n$/,
    ],
  ],
];

describe("monolake check", () => {
  it("refuses certificates that no machine can serve: no PEM, or keys that are too short", async () => {
    await using folder = await temporaryFolder();
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 512 });
    const { certificate, key } = createCertificate({ privateKey });
    await writeFile(folder.file("chain.der"), new X509Certificate(certificate).raw);
    await folder.write("chain.pem", certificate);
    await folder.write("key.pem", key);
    const checkWith = (file: string, more = "") =>
      check(
        good.replace(
          "[[",
          `tls = { chain = "${folder.file(file)}", key = "${folder.file("key.pem")}"${more} }\n[[`,
        ),
      );
    const binary = await checkWith("chain.der");
    expect(binary.output).toMatch(
      /error: ".*\/chain\.der": expected PEM, found what is no text, such as DER \(servers\.web\.tls\.chain\)/,
    );
    const weak = await checkWith("chain.pem");
    expect(weak.output).toMatch(/error: ".*\/chain\.pem": OpenSSL refuses the certificate: ee key too small/);
    expect([binary.code, weak.code]).toEqual([1, 1]);
    expect((await checkWith("chain.pem", ', ciphers = "DEFAULT:@SECLEVEL=0"')).code).toBe(0);
  });

  it("says that its report cannot be written", async () => {
    await using folder = await temporaryFolder();
    const file = await folder.write("x.toml", good);
    await using shell = await startProgram("/bin/sh", [
      "-c",
      `exec "$0" --conditions=@monolake/source "$@" >/dev/full`,
      process.execPath,
      main,
      "check",
      file,
    ]);
    expect((await shell.exited).code).toBe(1);
    expect(shell.stderr).toBe(
      "monolake: cannot write to standard output: ENOSPC: no space left on device, write\n",
    );
  });

  it.each(cases)("reports %s", async (_what, text, code, output) => {
    const report = await check(text);
    expect(report).toMatchObject({ code, errors: "" });
    for (const pattern of output) expect(report.output).toMatch(pattern);
  });

  it("passes config.toml of the original", async () => {
    const file = fileURLToPath(new URL("../../examples/original/config.toml", import.meta.url));
    await using command = await monolake(["check", file]);
    expect((await command.exited).code).toBe(0);
    expect(command.stdout).not.toMatch(/ error: /);
  });

  it("reads JSON, too", async () => {
    const { code, output } = await check('{ "runtime": {}, "servers": {} }', "x.json");
    expect(code).toBe(0);
    expect(output).toMatch(/^FILE:1:29 warning: there is no server: nothing will be served \(servers\)\n/);
    expect(output).toMatch(/FILE is good: 0 servers, 1 warning\n$/);
  });

  it.each([
    [["check"], /no configuration file given/],
    [["check", "a", "b"], /unexpected argument b/],
    [
      ["check", "/no/such/file.toml"],
      /cannot read the configuration file "\/no\/such\/file\.toml".*it does not exist/,
    ],
    [["demo", "--config", "x"], /leave out --config/],
  ])("explains what is wrong with %j", async (programArguments, expected) => {
    await using command = await monolake(programArguments);
    expect((await command.exited).code).toBe(1);
    expect(command.stderr).toMatch(expected);
    expect(command.stdout).toBe("");
  });
});
