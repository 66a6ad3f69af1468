import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findProgram } from "@monolake/test-kit";
import { type Command, MissingError } from "./peer.ts";

const run = promisify(execFile);
const cacheFolder = fileURLToPath(new URL("../node_modules/.cache/interop", import.meta.url));

/** An absolute path of this package. */
export const packagePath = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The IDL of the checks. */
export const idl = packagePath("idl/checks.thrift");

/** The path of a program. Throws {@link MissingError} when the machine has none. */
export function needProgram(name: string, debianPackage: string): string {
  const program = findProgram(name);
  if (program === undefined) throw new MissingError(`needs ${name}; on Debian: apt install ${debianPackage}`);
  return program;
}

/** Runs a command to its end. Throws with its output when it fails. */
export async function runToEnd({ program, folder, environment, ...command }: Command): Promise<string> {
  try {
    const { stdout } = await run(program, command.arguments, {
      ...(folder !== undefined && { cwd: folder }),
      env: { ...process.env, ...environment },
      maxBuffer: 1 << 26,
    });
    return stdout;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${command.arguments.join(" ")} failed:\n${stdout}${stderr}`.trimEnd());
  }
}

/**
 * The folder that `make` fills, kept until one of the sources changes. Sources are files or folders, or a text that says what
 * else the result depends on.
 */
export async function built(
  name: string,
  sources: readonly string[],
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const hash = createHash("sha256");
  for (const source of sources) addToHash(hash, source);
  const folder = join(cacheFolder, `${name}-${hash.digest("hex").slice(0, 16)}`);
  if (existsSync(folder)) return folder;
  // Made beside its place and then moved there: what exists is whole.
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  try {
    await make(unfinished);
    renameSync(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return folder;
}

function addToHash(hash: ReturnType<typeof createHash>, source: string): void {
  hash.update(`\n${source}\n`);
  const entry = statSync(source, { throwIfNoEntry: false });
  if (entry?.isFile()) hash.update(readFileSync(source));
  else if (entry?.isDirectory())
    for (const name of readdirSync(source).sort()) addToHash(hash, join(source, name));
}

/** The folder with what the Apache compiler makes of the IDL, in one of its languages. */
export function generate(name: string, language: string, from: string = idl): Promise<string> {
  const compiler = needProgram("thrift", "thrift-compiler");
  return built(`generated-${name}`, [from, language], async (folder) => {
    await runToEnd({ program: compiler, arguments: ["-r", "--gen", language, "-out", folder, from] });
  });
}
