import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const compiler = createRequire(import.meta.url).resolve("assemblyscript/bin/asc.js");
const source = "head-scanner.ts";
const flags = ["-O3", "--enable", "simd", "--runtime", "stub", "--importMemory", "--noExportMemory"];

/** The text of src/head/head-scanner-wasm.ts, as the scanner's source makes it. Throws with the compiler's words. */
export async function assembled(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "head-scanner-"));
  try {
    const outFile = join(folder, "head-scanner.wasm");
    const cwd = fileURLToPath(new URL(".", import.meta.url));
    await run(process.execPath, [compiler, source, ...flags, "--outFile", outFile], { cwd });
    const base64 = await readFile(outFile, "base64");
    return `/** Made from assembly/${source} by assembly/assemble.ts. */\nexport const headScannerWasm =\n  "${base64}";\n`;
  } finally {
    await rm(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(new URL("../src/head/head-scanner-wasm.ts", import.meta.url), await assembled());
}
