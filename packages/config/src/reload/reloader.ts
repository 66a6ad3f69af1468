import { type Logger, silentLogger } from "@monolake/core";
import { asError } from "@monolake/errors";
import type { ConfigText } from "../config-source.ts";
import { ConfigInvalidError, ReloaderClosedError } from "../errors.ts";
import { DeployedSites } from "./deployed-sites.ts";
import { logOutcome, logWarnings } from "./log-outcome.ts";
import type { ReloadOutcome } from "./reload-outcome.ts";
import type { ReloaderOptions } from "./reloader-options.ts";
import type { SiteDiff, Sites } from "./site.ts";

/** A reload that has not begun: everybody who asks meanwhile waits for the same one. */
interface WaitingReload extends PromiseWithResolvers<ReloadOutcome> {
  /** Absent: what the source has when the reload begins. */
  config: ConfigText | undefined;
}

/** Keeps the sites of a worker manager as a configuration says, one reload after the other. */
export class Reloader implements AsyncDisposable {
  readonly #options: ReloaderOptions;
  readonly #logger: Logger;
  readonly #sites: DeployedSites;
  readonly #closing = new AbortController();
  #version = 0;
  /** The warnings of the configuration that serves. */
  #told: ReadonlySet<string> = new Set();
  #waiting: WaitingReload | undefined;
  #working: Promise<void> | undefined;
  #following: Promise<void> | undefined;

  private constructor(options: ReloaderOptions) {
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#sites = new DeployedSites(options);
  }

  /** Applies the first configuration and follows its source; {@link createReloader} calls it. */
  static async start(options: ReloaderOptions): Promise<Reloader> {
    const reloader = new Reloader(options);
    const outcome = await reloader.#attempt(undefined);
    if (outcome.type === "refused") throw outcome.error;
    reloader.#tell(outcome);
    reloader.#following = reloader.#follow();
    return reloader;
  }

  /** The version of the configuration that serves now. */
  get version(): number {
    return this.#version;
  }

  /**
   * Reads the source now, or as soon as the reload that is under way is over, and applies what it says. Whoever asks
   * while another reload waits gets the outcome of that one. Never rejects.
   */
  reload(): Promise<ReloadOutcome> {
    return this.#request(undefined);
  }

  /** Follows the source no longer; resolves when the reload that is under way is over. The sites serve on. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#following;
    await this.#working;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The newest content wins: it takes the place of what waits. */
  #request(config: ConfigText | undefined): Promise<ReloadOutcome> {
    this.#waiting ??= { config, ...Promise.withResolvers<ReloadOutcome>() };
    this.#waiting.config = config;
    const { promise } = this.#waiting;
    this.#working ??= this.#work();
    return promise;
  }

  async #work(): Promise<void> {
    for (let next = this.#waiting; next !== undefined; next = this.#waiting) {
      this.#waiting = undefined;
      const outcome = await this.#attempt(next.config);
      this.#tell(outcome);
      next.resolve(outcome);
    }
    this.#working = undefined;
  }

  async #attempt(config: ConfigText | undefined): Promise<ReloadOutcome> {
    try {
      if (this.#closing.signal.aborted) throw new ReloaderClosedError({});
      const { read, source } = this.#options;
      const outcome = await read(config ?? (await source.load()));
      if (outcome.type === "invalid") throw new ConfigInvalidError({ problems: outcome.problems });
      const told = logWarnings(outcome.warnings ?? [], this.#told, this.#logger);
      const applied = await this.#apply(outcome.sites);
      this.#told = told;
      return applied;
    } catch (thrown) {
      const error = asError(thrown);
      return { type: "refused", error };
    }
  }

  async #apply(sites: Sites): Promise<ReloadOutcome> {
    const diff = this.#sites.diff(sites);
    // The first configuration is applied even when there is nothing to do.
    if (this.#version > 0 && isEmpty(diff)) return { type: "unchanged", version: this.#version };
    const version = this.#version + 1;
    await this.#sites.apply(diff, version);
    this.#version = version;
    const { added, changed, removed, unchanged, renamed } = diff;
    return {
      type: "applied",
      version,
      added: added.map(({ key }) => key),
      changed: changed.map(({ key }) => key),
      removed: removed.map(({ key }) => key),
      unchanged: unchanged.map(({ key }) => key),
      renamed,
    };
  }

  async #follow(): Promise<void> {
    const { signal } = this.#closing;
    try {
      for await (const change of this.#options.source.watch(signal)) {
        if (change.type === "changed") void this.#request(change.config);
        else this.#tell({ type: "refused", error: change.error });
      }
    } catch (error) {
      this.#logger.error({ err: error }, "changes of the configuration are no longer seen");
    }
  }

  #tell(outcome: ReloadOutcome): void {
    if (outcome.type === "refused" && this.#closing.signal.aborted) {
      this.#logger.info({ err: outcome.error }, "configuration not applied: closing");
    } else logOutcome(outcome, this.#version, this.#logger);
    try {
      this.#options.onOutcome?.(outcome);
    } catch (error) {
      this.#logger.error({ err: error }, "the callback for outcomes of reloads failed");
    }
  }
}

const isEmpty = ({ added, changed, removed }: SiteDiff): boolean =>
  added.length === 0 && changed.length === 0 && removed.length === 0;

/**
 * Applies the configuration of a source to a worker manager, and again whenever it changes. Rejects with the error of a
 * configuration that is refused (see {@link ReloadOutcome}); nothing of it is left in the workers then.
 */
export const createReloader = (options: ReloaderOptions): Promise<Reloader> => Reloader.start(options);
