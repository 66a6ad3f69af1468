import { open, stat } from "node:fs/promises";
import { literalAddress } from "./literal-address.ts";
import type { Address } from "./resolver.ts";

/** What is beyond this many bytes of the file is not read. */
const maxBytes = 1024 * 1024;
/** For this long nobody looks whether the file has changed. */
const checkEveryMs = 1_000;

type Names = ReadonlyMap<string, readonly Address[]>;
const noNames: Names = new Map();

/**
 * The names of a hosts file. It is read at the first question, and again when it has changed, which is looked at once a
 * second at most. A file that cannot be read has no names.
 */
export class HostsFile {
  readonly #path: string;
  #names: Names = noNames;
  #version = "";
  #checkedMs = Number.NEGATIVE_INFINITY;
  #checking: Promise<void> | undefined = undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** The addresses of `name` (in lower case), undefined when the file does not have it. */
  async find(name: string): Promise<readonly Address[] | undefined> {
    if (performance.now() - this.#checkedMs >= checkEveryMs) {
      this.#checking ??= this.#check();
      await this.#checking;
    }
    return this.#names.get(name);
  }

  async #check(): Promise<void> {
    try {
      const stats = await stat(this.#path, { bigint: true });
      const version = `${stats.mtimeNs} ${stats.size} ${stats.ino}`;
      if (version !== this.#version) {
        this.#names = parseHosts(await readStart(this.#path));
        this.#version = version;
      }
    } catch {
      this.#names = noNames;
      this.#version = "";
    } finally {
      this.#checkedMs = performance.now();
      this.#checking = undefined;
    }
  }
}

/** The names of a hosts file's text, in lower case. What is no address with names is left out. */
function parseHosts(text: string): Names {
  const names = new Map<string, Address[]>();
  for (const line of text.split("\n")) {
    const [numeric = "", ...aliases] = line.replace(/#.*/, "").trim().split(/\s+/);
    const address = literalAddress(numeric);
    if (address === undefined) continue;
    for (const alias of aliases) {
      const name = alias.toLowerCase().replace(/\.$/, "");
      const addresses = names.get(name);
      if (addresses === undefined) names.set(name, [address]);
      else if (!addresses.some(({ host }) => host === address.host)) addresses.push(address);
    }
  }
  return names;
}

async function readStart(path: string): Promise<string> {
  await using file = await open(path);
  const chunks: Buffer[] = [];
  for await (const chunk of file.createReadStream({ end: maxBytes - 1, autoClose: false }))
    chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
