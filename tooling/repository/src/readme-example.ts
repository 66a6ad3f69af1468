import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

const anyTypeScriptBlock = /^```ts([^\n]*)\n([\s\S]*?)^```$/m;

/** The program in a package's README: its first TypeScript block, when that is marked "ts run". */
export function findReadmeExample(readme: string): string | undefined {
  const block = anyTypeScriptBlock.exec(readme.replaceAll("\r\n", "\n"));
  return block?.[1]?.trim() === "run" ? block[2] : undefined;
}

/** How a run ended; `output` is stdout and stderr together. */
export interface ExampleRun {
  readonly exitCode: number;
  readonly output: string;
}

/** Runs one file with the Node that runs this process. Ends it after `timeoutMs` (default 30,000). */
function runNode(
  programArguments: readonly string[],
  { cwd, timeoutMs = 30_000 }: { readonly cwd: string; readonly timeoutMs?: number },
): Promise<ExampleRun> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...programArguments],
      { cwd, timeout: timeoutMs },
      (error, stdout, stderr) => {
        const exitCode = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
        const ending = error?.killed === true ? `\nended after ${timeoutMs} ms` : "";
        resolve({ exitCode, output: `${stdout}${stderr}${ending}` });
      },
    );
  });
}

/**
 * Runs the program against the sources, from a file inside the package, so that the package finds itself and its
 * dependencies by name. The folder ignores itself in git; it cannot be in node_modules, where Node strips no types.
 */
export async function runExampleFromSources(packageFolder: string, example: string): Promise<ExampleRun> {
  const folder = join(packageFolder, ".readme");
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(join(folder, ".gitignore"), "*\n");
    await writeFile(join(folder, "example.ts"), example);
    return await runNode(["--conditions=@monolake/source", ".readme/example.ts"], { cwd: packageFolder });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
