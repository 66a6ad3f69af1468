import { type ConfigSource, createFileSource } from "@monolake/config";

/** A chain, or a list of authorities, is not longer than this. */
const maxBytes = 4 * 1024 * 1024;
/** A certificate and its key are two files: whoever replaces one needs a moment for the other. */
const settleMs = 200;

/** Files that a configuration names: reads them, and tells when one has changed since, whichever way it was replaced. */
export class FollowedFiles implements Disposable {
  readonly #changed: (file: string) => void;
  readonly #sources = new Map<string, ConfigSource>();
  readonly #following = new Map<string, AbortController>();

  constructor(changed: (file: string) => void) {
    this.#changed = changed;
  }

  /** The content of a file. Throws ERR_CONFIG_READ. */
  readonly read = async (file: string): Promise<string> => {
    const source = this.#sources.get(file) ?? createFileSource(file, { maxBytes, settleMs });
    this.#sources.set(file, source);
    return (await source.load()).files[0].text;
  };

  /** Follows these and no others from now on. They were read before. */
  follow(files: readonly string[]): void {
    const wanted = new Set(files);
    for (const [file, following] of this.#following) {
      if (wanted.has(file)) continue;
      following.abort();
      this.#following.delete(file);
      this.#sources.delete(file);
    }
    for (const file of wanted) if (!this.#following.has(file)) this.#follow(file);
  }

  [Symbol.dispose](): void {
    this.follow([]);
  }

  #follow(file: string): void {
    const source = this.#sources.get(file);
    if (source === undefined) return;
    const following = new AbortController();
    this.#following.set(file, following);
    void this.#tell(file, source.watch(following.signal));
  }

  async #tell(file: string, changes: ReturnType<ConfigSource["watch"]>): Promise<void> {
    for await (const { type } of changes) if (type === "changed") this.#changed(file);
  }
}
