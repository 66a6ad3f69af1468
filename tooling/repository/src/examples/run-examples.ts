import { spawn, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { repositoryFolder } from "../workspace.ts";

/** How a run ended; `output` is stdout and stderr together. */
export interface ExampleRun {
  readonly exitCode: number;
  readonly output: string;
}

interface RunOptions {
  readonly cwd: string;
  /** Then it is ended, with all that it started. Default 30,000. */
  readonly timeoutMs?: number;
}

/** Runs a program in a process group of its own, and ends what is left of the group when the program has ended. */
function run(command: readonly string[], { cwd, timeoutMs = 30_000 }: RunOptions): Promise<ExampleRun> {
  const [file = "", ...programArguments] = command;
  // The Node of the repository comes first, also where the machine has another one.
  const path = [dirname(process.execPath), join(repositoryFolder, "node_modules/.bin"), process.env["PATH"]];
  const program = spawn(file, programArguments, {
    cwd,
    detached: true,
    // npx and pnpm ask a registry unless they are told not to, and wait where there is no network.
    env: { ...process.env, PATH: path.join(delimiter), NODE_OPTIONS: "", npm_config_offline: "true" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const endGroup = () => {
    try {
      process.kill(-(program.pid ?? 0), "SIGKILL");
    } catch {
      // Nothing is left of it.
    }
  };
  return new Promise((resolve, reject) => {
    let output = "";
    const add = (text: string) => {
      output += text;
    };
    program.stdout.setEncoding("utf8").on("data", add);
    program.stderr.setEncoding("utf8").on("data", add);
    program.once("error", reject);
    const timer = setTimeout(() => {
      add(`\nended after ${timeoutMs} ms`);
      endGroup();
    }, timeoutMs);
    program.once("exit", (code) => {
      clearTimeout(timer);
      endGroup();
      // What left the group may hold the pipes.
      setTimeout(() => {
        program.stdout.destroy();
        program.stderr.destroy();
      }, 1_000).unref();
      program.once("close", () => resolve({ exitCode: code ?? 1, output }));
    });
  });
}

/**
 * Runs the program against the sources, from a file inside the package, so that the package finds itself and its
 * dependencies by name. The folder ignores itself in git; it cannot be in node_modules, where Node strips no types.
 */
export async function runExampleFromSources(packageFolder: string, example: string): Promise<ExampleRun> {
  await mkdir(join(packageFolder, ".readme"), { recursive: true });
  const folder = await mkdtemp(join(packageFolder, ".readme/"));
  try {
    await writeFile(join(packageFolder, ".readme/.gitignore"), "*\n");
    await writeFile(join(folder, "example.ts"), example);
    return await run([process.execPath, "--conditions=@monolake/source", join(folder, "example.ts")], {
      cwd: packageFolder,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const namespaces = ["--user", "--map-root-user", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"];
const sandbox = ["unshare", ...namespaces, "sh", "-c", 'ip link set lo up && exec "$@"', "sh"];

/** Ports that an example names are free, and what it starts ends with it, where the system can do that. */
const ownNamespaces = (): readonly string[] =>
  spawnSync("unshare", [...sandbox.slice(1), "true"]).status === 0 ? sandbox : [];

/** Runs shell commands in the folder of the repository; the first one that fails ends them. */
export const runShell = (script: string): Promise<ExampleRun> =>
  run([...ownNamespaces(), "bash", "-euo", "pipefail", "-c", script], {
    cwd: repositoryFolder,
    timeoutMs: 60_000,
  });

const server = `[servers.web]
name = "web"
proxy_type = "http"
listener = "127.0.0.1:8080"
`;
const routes = `routes = [{ path = "/", upstreams = ["http://127.0.0.1:9000"] }]\n`;

/** A part of a configuration in TOML that is about a server called `web` is seen in such a server. */
function completeConfiguration(text: string): string {
  if (/^\[servers\.web\]/m.test(text) || !/^\[\[?servers\.web\./m.test(text)) return text;
  return `${server}${/servers\.web\.routes/.test(text) ? "" : routes}${text}`;
}

/** Lets the proxy check a configuration, as its users do. */
export async function checkConfiguration(shown: string, language: string): Promise<ExampleRun> {
  const text = language === "toml" ? completeConfiguration(shown) : shown;
  const folder = await mkdtemp(join(tmpdir(), "monolake-example-"));
  try {
    const file = join(folder, `example.${language}`);
    await writeFile(file, text);
    const main = join(repositoryFolder, "apps/monolake/src/main.ts");
    return await run([process.execPath, "--conditions=@monolake/source", main, "check", file], {
      cwd: repositoryFolder,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
