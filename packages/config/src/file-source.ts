import type { ConfigChange, ConfigSource } from "./config-source.ts";
import { ConfigReadError } from "./errors.ts";
import { FileEvents } from "./file-events.ts";
import { type ConfigLimits, resolveLimits } from "./parser-limits.ts";
import { readConfigFile } from "./read-config-file.ts";
import { createPathReader } from "./read-config-folder.ts";
import { createReferenceReader } from "./reference-reader.ts";

/** How a file is followed. */
export interface FileSourceOptions extends Partial<Pick<ConfigLimits, "maxBytes">> {
  /** How long the file must be left alone before it is read, as editors write in several steps. Default 50. */
  readonly settleMs?: number;
  /** How often it is read without any sign of a change, as some file systems give none. Default 1000. */
  readonly pollMs?: number;
  /**
   * Whether the files of `${file:PATH}` belong to it: a change of one is seen by the next poll, and makes another revision
   * of the same text. For those who read the text with `references`. Default false.
   */
  readonly references?: boolean;
  /**
   * Whether it may be a folder: its files that end in .toml, .json, .yaml or .yml and do not begin with a dot are the
   * configuration then, in the order of their names. Default false: a folder cannot be read.
   */
  readonly folders?: boolean;
}

/**
 * A configuration file, or a folder of them, as a source. It is followed through replacement by an editor, removal and return, and the swap
 * of a symbolic link (the way Kubernetes updates a mounted ConfigMap). Whether it changed is judged by its bytes alone, and with
 * `references` by those of the files that it refers to.
 */
export function createFileSource(file: string, options: FileSourceOptions = {}): ConfigSource {
  const { maxBytes } = resolveLimits(options);
  const { settleMs = 50, pollMs = 1000 } = options;
  let revision: string | undefined;
  let failure: string | undefined;

  let paths: readonly string[] = [file];

  const readPath = options.folders === true ? createPathReader() : readConfigFile;
  const read = options.references === true ? createReferenceReader(readPath) : readPath;

  const load = async () => {
    const config = await read(file, maxBytes);
    revision = config.revision;
    failure = undefined;
    paths = [file, ...config.files.map((one) => one.file)];
    return config;
  };

  /** What is new since the last look; a failure that goes on is told once, and so is its end. */
  const look = async (): Promise<ConfigChange | undefined> => {
    const [oldRevision, oldFailure] = [revision, failure];
    try {
      const config = await load();
      const isNews = config.revision !== oldRevision || oldFailure !== undefined;
      return isNews ? { type: "changed", config } : undefined;
    } catch (error: unknown) {
      if (!(error instanceof ConfigReadError)) throw error;
      failure = error.message;
      return failure === oldFailure ? undefined : { type: "unreadable", error };
    }
  };

  async function* watch(signal: AbortSignal): AsyncGenerator<ConfigChange> {
    using events = new FileEvents(() => paths, { settleMs, pollMs });
    while (!signal.aborted) {
      const change = await look();
      if (change !== undefined) yield change;
      else await events.next(signal);
    }
  }

  return { load, watch };
}
