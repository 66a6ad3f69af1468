import { type FSWatcher, readFileSync, watch } from "node:fs";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** Editors write in several steps. */
const settleMs = 100;

/** Follows the files of modules that workers have loaded: for development. */
export class ModuleWatch {
  readonly #onChange: (files: readonly string[]) => void;
  readonly #contents = new Map<string, string>();
  readonly #folders = new Map<string, FSWatcher>();
  readonly #changed = new Set<string>();
  #settling: NodeJS.Timeout | undefined;

  /** `onChange` is called with the files that have another content now. */
  constructor(onChange: (files: readonly string[]) => void) {
    this.#onChange = onChange;
  }

  /** A module was loaded. What is installed is not looked at, nor what is no file. */
  add(url: string): void {
    if (!url.startsWith("file:") || url.includes("/node_modules/")) return;
    const file = fileURLToPath(new URL(url));
    if (this.#contents.has(file)) return;
    this.#contents.set(file, contentOf(file));
    const folder = dirname(file);
    if (this.#folders.has(folder)) return;
    try {
      const watcher = watch(folder, { persistent: false }, (_type, name) => {
        if (name !== null) this.#look(folder, name);
      });
      watcher.on("error", () => watcher.close());
      this.#folders.set(folder, watcher);
    } catch {
      // A file system that tells of no changes.
    }
  }

  close(): void {
    clearTimeout(this.#settling);
    for (const watcher of this.#folders.values()) watcher.close();
  }

  #look(folder: string, name: string): void {
    for (const file of this.#contents.keys()) {
      if (dirname(file) === folder && basename(file) === name) this.#changed.add(file);
    }
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#settle(), settleMs);
  }

  #settle(): void {
    const files = [...this.#changed].filter((file) => {
      const content = contentOf(file);
      const isNew = content !== this.#contents.get(file);
      this.#contents.set(file, content);
      return isNew;
    });
    this.#changed.clear();
    if (files.length > 0) this.#onChange(files);
  }
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
