import { type FSWatcher, realpathSync, statSync, watch } from "node:fs";
import { dirname, resolve } from "node:path";

interface FileEventsOptions {
  readonly settleMs: number;
  readonly pollMs: number;
}

/**
 * Signs that files may have changed, or folders of them. Watches the folder that names a file and the one that holds it, not
 * the file: a watch on a file stays with the old one when an editor or a link puts another in its place.
 */
export class FileEvents implements Disposable {
  readonly #paths: () => readonly string[];
  readonly #options: FileEventsOptions;
  #watchers = new Map<string, FSWatcher>();
  #pending = false;
  #wake: (() => void) | undefined;

  /** `paths`: of the files and folders, as they are at the moment. */
  constructor(paths: () => readonly string[], options: FileEventsOptions) {
    this.#paths = paths;
    this.#options = options;
    this.#followFolders();
  }

  /**
   * Settles when something happened and then nothing for a while (in a busy folder: when it has gone on for as long as
   * a poll takes), at the next poll, or when the signal aborts.
   */
  async next(signal: AbortSignal): Promise<void> {
    await this.#event(signal, this.#options.pollMs);
    const deadline = performance.now() + this.#options.pollMs;
    while (this.#pending && !signal.aborted && performance.now() < deadline) {
      this.#pending = false;
      await this.#event(signal, this.#options.settleMs);
    }
    this.#followFolders();
  }

  [Symbol.dispose](): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  /** Settles at once when an event came since the last one was taken, else at the next event or after `waitMs`. */
  async #event(signal: AbortSignal, waitMs: number): Promise<void> {
    if (this.#pending || signal.aborted) return;
    const { promise, resolve: wake } = Promise.withResolvers<void>();
    const timer = setTimeout(wake, waitMs);
    const abort = () => wake();
    signal.addEventListener("abort", abort, { once: true });
    this.#wake = wake;
    await promise;
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
    this.#wake = undefined;
  }

  /** Opens watches on the folders that matter now, and closes those that no longer do: a link may lead elsewhere. */
  #followFolders(): void {
    const wanted = new Set(this.#paths().flatMap((path) => foldersOf(path)));
    for (const [folder, watcher] of this.#watchers) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of wanted) if (!this.#watchers.has(folder)) this.#watch(folder);
  }

  /** A folder that cannot be watched (gone, or out of inotify watches) is left to the poll, and tried again then. */
  #watch(folder: string): void {
    try {
      const watcher = watch(folder, () => this.#notice());
      watcher.on("error", () => {
        watcher.close();
        this.#watchers.delete(folder);
      });
      this.#watchers.set(folder, watcher);
    } catch {
      // The poll sees the change.
    }
  }

  #notice(): void {
    this.#pending = true;
    this.#wake?.();
  }
}

/** Those that a path is in and leads to; none when it is relative and the working directory is gone. */
function foldersOf(path: string): string[] {
  try {
    return [dirname(resolve(path)), realFolder(path)];
  } catch {
    return [];
  }
}

/** The folder that a path leads into: itself, when it is one. */
function realFolder(path: string): string {
  try {
    const real = realpathSync.native(path);
    return statSync(real).isDirectory() ? real : dirname(real);
  } catch {
    return dirname(resolve(path));
  }
}
