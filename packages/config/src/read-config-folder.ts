import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { ConfigText } from "./config-source.ts";
import type { ConfigReadError } from "./errors.ts";
import { fileReason } from "./file-reason.ts";
import { readConfigFile, readFailure } from "./read-config-file.ts";

/** What editors leave beside a file (`.a.toml.swp`, `a.toml~`) does not end like this, or is hidden as `..data` of Kubernetes. */
const configFileName = /^[^.].*\.(?:toml|json|ya?ml)$/i;
const endings = "*.toml, *.json, *.yaml or *.yml";
/** How often a folder is read that changes meanwhile. */
const maxAttempts = 5;

/** Changes within so short a time need not be seen in the times that a file system keeps. */
const clockTickMs = 1_000;

/**
 * Reads a file, or all files of a folder that are called like configurations; those of a folder again only when one of them
 * was written to or exchanged. It throws {@link ConfigReadError}.
 */
export function createPathReader(): typeof readConfigFile {
  const folder = new FolderReader();
  return async (path, maxBytes) => {
    const isFolder = await stat(path).then(
      (found) => found.isDirectory(),
      // Reading it says why.
      () => false,
    );
    return isFolder ? folder.read(path, maxBytes) : readConfigFile(path, maxBytes);
  };
}

class FolderReader {
  #last: { readonly state: string; readonly config: ConfigText } | undefined;

  /**
   * Files that are exchanged meanwhile are read once more: half of what was there before and half of what comes after could
   * be a configuration that nobody wrote.
   */
  async read(folder: string, maxBytes: number): Promise<ConfigText> {
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      const before = listFolder(folder);
      if (this.#last?.state === before.state) return this.#last.config;
      const outcome = await readAll(folder, before.files, maxBytes).then(
        (configs) => ({ configs }),
        (error: unknown) => ({ error }),
      );
      if (listFolder(folder).state !== before.state) continue;
      if ("error" in outcome) throw outcome.error;
      const config = joined(folder, outcome.configs);
      this.#last = before.isSettled ? { state: before.state, config } : undefined;
      return config;
    }
    throw readFailure(folder, "its files do not stop changing");
  }
}

interface FolderListing {
  /** Sorted by name. */
  readonly files: readonly string[];
  /** Differs when a file was put in another's place, or written to. */
  readonly state: string;
  /** Whether the next change is seen in the state for certain. */
  readonly isSettled: boolean;
}

/** Without waiting: a thousand promises for a thousand files would cost more than the system does. */
function listFolder(folder: string): FolderListing {
  try {
    const names = readdirSync(folder).filter((name) => configFileName.test(name));
    const files = names.sort().map((name) => join(folder, name));
    const stats = files.map((file) => statSync(file, { bigint: true, throwIfNoEntry: false }));
    const states = stats.map((found) => found && [found.dev, found.ino, found.size, found.ctimeNs].join(" "));
    const newest = stats.reduce((time, found) => Math.max(time, Number(found?.ctimeMs ?? 0)), 0);
    const isSettled = Date.now() - newest > clockTickMs;
    return { files, state: JSON.stringify([files, states]), isSettled };
  } catch (cause) {
    const { path = folder } = cause as NodeJS.ErrnoException;
    throw readFailure(path, fileReason(cause), cause);
  }
}

async function readAll(folder: string, files: readonly string[], maxBytes: number): Promise<ConfigText[]> {
  const read: ConfigText[] = [];
  let size = 0;
  for (const file of files) {
    const config = await readConfigFile(file, maxBytes);
    const [{ text }] = config.files;
    // What is being written; and a server whose file was emptied by mistake would be one that is removed.
    if (text.trim() === "")
      throw readFailure(
        file,
        "it is empty: remove it, or begin it with a comment if it shall have no effect",
      );
    size += Buffer.byteLength(text);
    if (size > maxBytes) throw readFailure(folder, `its files are larger than ${maxBytes} bytes together`);
    read.push(config);
  }
  return read;
}

function joined(folder: string, configs: readonly ConfigText[]): ConfigText {
  const [first, ...others] = configs.flatMap(({ files }) => files);
  if (first === undefined) throw readFailure(folder, `there is no file in it that is called ${endings}`);
  const names = configs.map(({ files: [{ file }], revision }) => [basename(file), revision]);
  const revision = createHash("sha256").update(JSON.stringify(names)).digest("hex");
  return { files: [first, ...others], revision };
}
