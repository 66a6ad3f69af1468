import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Packed, quiet, run, workspaceClosure } from "./packages.ts";

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

/** What the gateway says to somebody without a key, as soon as that fits. Throws after `timeoutMs`. */
async function answerOf(port: number, expected: RegExp, timeoutMs = 30_000): Promise<string> {
  const deadline = performance.now() + timeoutMs;
  let last = "";
  while (performance.now() < deadline) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: "close" } });
      last = `${response.status} ${(await response.text()).trim()}`;
      if (expected.test(last)) return last;
    } catch (error) {
      last = String(error);
    }
    await setTimeout(50);
  }
  throw new Error(`the gateway does not answer with ${expected} but with ${last}`);
}

/** Starts the gateway, hands it to `use`, and ends it as a service manager would. */
async function withGateway(
  programArguments: readonly string[],
  folder: string,
  use: (program: ChildProcess) => Promise<void>,
): Promise<void> {
  const program = spawn(process.execPath, programArguments, { cwd: folder, stdio: "ignore" });
  const exited = once(program, "exit");
  try {
    await use(program);
    program.kill("SIGTERM");
    const [code] = await exited;
    if (code !== 0) throw new Error(`the gateway ended with ${code}`);
  } finally {
    program.kill("SIGKILL");
  }
}

/** Names the tarballs instead of versions, which no registry has yet: also of what the dependencies need. */
async function useTarballs(folder: string, { tarballs, all }: Packed): Promise<void> {
  const file = join(folder, "package.json");
  const manifest = JSON.parse(await readFile(file, "utf8")) as { dependencies: Record<string, string> };
  const ours = all.filter(({ name }) => name in manifest.dependencies);
  for (const { name } of ours.flatMap((item) => workspaceClosure(item, all)))
    manifest.dependencies[name] = `file:${tarballs.get(name)}`;
  await writeFile(file, JSON.stringify(manifest, undefined, 2));
}

const gateway = (port: number): string =>
  `listen = "127.0.0.1:${port}"\nupstream = "http://127.0.0.1:9"\naccounts = { key = "ada" }\n`;

/**
 * What a stranger does with create-monolake, installed in `folder`: makes a project, installs, tests, builds and runs it, then
 * changes the code of its layer while it serves.
 */
export async function tryNewProject(folder: string, packed: Packed): Promise<string> {
  const project = join(packed.workFolder, "my-gateway");
  await run(join(folder, "node_modules/.bin/create-monolake"), [project], packed.workFolder);
  await useTarballs(project, packed);
  await run("npm", ["install", ...quiet], project);
  await run("npm", ["run", "build"], project);
  await run(process.execPath, ["--test"], project);
  const port = await freePort();
  await writeFile(join(project, "gateway.toml"), gateway(port));
  await withGateway(["dist/main.js", "gateway.toml"], project, async () => {
    await answerOf(port, /^401 a known X-Api-Key is needed/);
  });
  await withGateway(["src/main.ts", "--dev", "gateway.toml"], project, async (program) => {
    await answerOf(port, /^401 a known X-Api-Key is needed/);
    const file = join(project, "src/check-key.ts");
    const layer = await readFile(file, "utf8");
    await writeFile(file, layer.replace("a known X-Api-Key is needed", "who are you?"));
    await answerOf(port, /^401 who are you\?/);
    if (program.exitCode !== null) throw new Error("the gateway did not live through the change");
  });
  return "a new project installs, builds, passes its test, serves, and serves its changed layer without a restart";
}
