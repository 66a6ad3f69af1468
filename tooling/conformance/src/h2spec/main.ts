// Runs h2spec (https://github.com/summerwind/h2spec), built with Go, against the proxy: in cleartext and over TLS.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { runCommand, UsageError } from "@monolake/command-line";
import { createCertificate, findProgram, freePort, startMonolake, temporaryFolder } from "@monolake/test-kit";
import { type CaseResult, readReport } from "./junit-report.ts";
import { knownFailures } from "./known-failures.ts";

const run = promisify(execFile);
const module = "github.com/summerwind/h2spec/cmd/h2spec@v2.2.1+incompatible";
const usage = `usage: pnpm h2spec

  Builds ${module} with Go into a folder for temporary files, starts the proxy, and runs all of its cases in cleartext
  and over TLS. Fails when a case fails that is not known to (src/h2spec/known-failures.ts says why).
`;

/** The path of h2spec; builds it where that has not been done. */
async function buildH2spec(): Promise<string> {
  const installed = findProgram("h2spec");
  if (installed !== undefined) return installed;
  const folder = join(tmpdir(), "monolake-h2spec");
  const program = join(folder, "h2spec");
  if (existsSync(program)) return program;
  const go = findProgram("go") ?? (existsSync("/usr/local/go/bin/go") ? "/usr/local/go/bin/go" : undefined);
  if (go === undefined)
    throw new UsageError(
      "h2spec is built with Go, which is not here: https://go.dev/dl, or Debian's golang-go",
    );
  process.stderr.write(`go install ${module} (GOBIN=${folder}) …\n`);
  await run(go, ["install", module], { env: { ...process.env, GOBIN: folder } });
  return program;
}

/** Runs all cases on one port. */
async function runCases(program: string, port: number, secure: boolean): Promise<readonly CaseResult[]> {
  await using folder = await temporaryFolder();
  const report = folder.file("report.xml");
  const more = secure ? ["--tls", "--insecure"] : [];
  // Its exit code says that something failed, which the report says better.
  await run(program, ["--host", "127.0.0.1", "--port", `${port}`, "--junit-report", report, ...more]).catch(
    () => {},
  );
  return readReport(await readFile(report, "utf8"));
}

function tell(title: string, results: readonly CaseResult[], secure: boolean): boolean {
  const known = new Map(
    knownFailures
      .filter(({ cleartextOnly }) => !secure || cleartextOnly !== true)
      .map((one) => [one.id, one]),
  );
  const failed = results.filter(({ outcome }) => outcome === "failed");
  const passed = results.filter(({ outcome }) => outcome === "passed").length;
  const unknown = failed.filter(({ id }) => !known.has(id));
  console.log(
    `${title}: ${passed} of ${results.length} passed, ${failed.length - unknown.length} known to fail, ${unknown.length} failed`,
  );
  for (const { id, name } of failed) {
    const reason = known.get(id)?.reason;
    console.log(
      `  ${reason === undefined ? "FAILED" : "known"} ${id} ${name}${reason === undefined ? "" : `: ${reason}`}`,
    );
  }
  return unknown.length === 0 && results.length > 100;
}

async function main(): Promise<boolean> {
  const program = await buildH2spec();
  await using folder = await temporaryFolder();
  const made = createCertificate({ names: ["localhost"] });
  const chain = await folder.write("server.crt", made.certificate);
  const key = await folder.write("server.key", made.key);
  const upstream = createServer((request, response) => {
    request.resume();
    request.on("end", () => response.end("hello"));
  });
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  const { port: upstreamPort } = upstream.address() as AddressInfo;
  const [cleartext, secure] = [await freePort(), await freePort()];
  const server = (name: string, port: number, more: string) => `[servers.${name}]
name = "${name}"
proxy_type = "http"
listener = { type = "socket", value = "127.0.0.1:${port}" }
${more}
[[servers.${name}.routes]]
path = "/"
upstreams = [{ endpoint = { type = "uri", value = "http://127.0.0.1:${upstreamPort}" } }]
`;
  const tls = `tls = { chain = "${chain}", key = "${key}" }`;
  const config = `[runtime]\nworker_threads = 1\n${server("cleartext", cleartext, "")}${server("secure", secure, tls)}`;
  await using _proxy = await startMonolake({ config });
  const good = [
    tell("h2c", await runCases(program, cleartext, false), false),
    tell("TLS", await runCases(program, secure, true), true),
  ];
  upstream.close();
  upstream.closeAllConnections();
  return good.every(Boolean);
}

await runCommand({ name: "h2spec", usage, parse: (words) => (words.length > 0 ? "help" : {}), run: main });
