import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A folder of the test's own, removed with all that is in it when the test disposes it. */
export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
  /** The absolute path of `name` in the folder; nothing is created. Short enough for a unix socket. */
  readonly file: (name: string) => string;
  /** Writes a file (and the folders above it) and gives its absolute path. */
  readonly write: (name: string, content: string | Uint8Array) => Promise<string>;
}

/** Makes a new, empty folder. */
export async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), "monolake-"));
  return {
    path,
    file: (name) => join(path, name),
    async write(name, content) {
      const file = join(path, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
      return file;
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 3 }),
  };
}
