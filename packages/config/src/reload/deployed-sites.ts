import { isDeepStrictEqual } from "node:util";
import type { ServiceCommand } from "@monolake/core";
import { ReloadFailedError } from "../errors.ts";
import { dispatchOrThrow } from "./dispatch-command.ts";
import type { ReloaderOptions } from "./reloader-options.ts";
import { diffSites, type Site, type SiteDiff, type Sites } from "./site.ts";

/** A site, and the configuration that it is from. */
interface VersionedSite {
  readonly site: Site;
  readonly version: number;
}

/** How one step of a reload is taken back. */
interface Undo {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** Brings the sites of all workers from one configuration to the next, and knows at every moment what they hold. */
export class DeployedSites {
  readonly #manager: ReloaderOptions["manager"];
  readonly #withVersion: NonNullable<ReloaderOptions["withVersion"]>;
  readonly #drainOnUpdate: () => boolean;
  readonly #deployed = new Map<string, VersionedSite>();

  constructor({ manager, withVersion = (service) => service, drainOnUpdate = () => false }: ReloaderOptions) {
    this.#manager = manager;
    this.#withVersion = withVersion;
    this.#drainOnUpdate = drainOnUpdate;
  }

  diff(next: Sites): SiteDiff {
    return diffSites(new Map([...this.#deployed].map(([name, { site }]) => [name, site])), next);
  }

  /**
   * Does what `diff` says: makes all services, opens all listeners, and only then exchanges and removes. When one step
   * fails, takes back those before it and rejects with {@link ReloadFailedError}.
   */
  async apply(diff: SiteDiff, version: number): Promise<void> {
    const undos: Undo[] = [];
    try {
      await this.#stageAll(diff, version, undos);
      await this.#exchangeAll(diff, version, undos);
    } catch (error) {
      const notRestored = await takeBack(undos);
      if (notRestored.length === 0 || !(error instanceof ReloadFailedError)) throw error;
      const { step, site, reason, cause } = error;
      throw new ReloadFailedError({ step, site, reason, notRestored, cause });
    }
  }

  /** Phase one: makes the services, which serve nothing yet. */
  async #stageAll(diff: SiteDiff, version: number, undos: Undo[]): Promise<void> {
    const namesBefore = new Map(diff.renamed.map(({ from, to }) => [to, from]));
    for (const { key: name, next } of diff.added) {
      await this.#stage(name, { site: next, version }, namesBefore.get(name));
      // Not an abort, which would leave an empty site behind.
      undos.push({ name, run: () => this.#remove(name) });
    }
    for (const { key: name, next } of diff.changed) {
      await this.#stage(name, { site: next, version });
      undos.push({ name, run: () => this.#dispatch({ type: "abort", site: name }) });
    }
  }

  /**
   * Phase two. What may fail for reasons outside comes first, and within it what is easy to take back: opening listeners
   * for new sites, then for those that move. Exchanging a service and leaving an address need nothing from the system.
   */
  async #exchangeAll(diff: SiteDiff, version: number, undos: Undo[]): Promise<void> {
    for (const { key, next } of diff.added) await this.#commit(key, { site: next, version });
    const changed = diff.changed.map(({ key: name, previous, next }) => {
      return { name, next: { site: next, version }, moves: !isDeepStrictEqual(previous.listen, next.listen) };
    });
    const inOrder = [...changed.filter(({ moves }) => moves), ...changed.filter(({ moves }) => !moves)];
    for (const { name, next, moves } of inOrder) {
      const before = this.#deployed.get(name) as VersionedSite;
      await this.#exchange(name, next, moves);
      undos.push({ name, run: () => this.#restore(name, before, moves) });
    }
    const renamed = new Set(diff.renamed.map(({ from }) => from));
    // A site by another name is the same one: its connections go on as in an update.
    for (const { key } of diff.removed)
      await this.#remove(key, renamed.has(key) ? this.#drainOnUpdate() : true);
  }

  /** The old service is made again, with the new one as the one before it, which so hands back what it took over. */
  async #restore(name: string, before: VersionedSite, moves: boolean): Promise<void> {
    await this.#stage(name, before);
    await this.#exchange(name, before, moves);
  }

  /** `from` is the name that the site has until now. */
  #stage(site: string, wanted: VersionedSite, from?: string): Promise<void> {
    const service = this.#withVersion(wanted.site.service, wanted.version);
    const renamed = from === undefined ? {} : { from };
    return this.#dispatch({ type: "precommit", site, service, ...renamed });
  }

  async #exchange(site: string, wanted: VersionedSite, moves: boolean): Promise<void> {
    if (moves) return this.#commit(site, wanted);
    await this.#dispatch({ type: "update", site, drain: this.#drainOnUpdate() });
    this.#deployed.set(site, wanted);
  }

  /** Opens the listener, also beside the one that the site has: that one closes when all workers have opened theirs. */
  async #commit(site: string, wanted: VersionedSite): Promise<void> {
    await this.#dispatch({ type: "commit", site, listen: wanted.site.listen });
    this.#deployed.set(site, wanted);
  }

  async #remove(site: string, drain = true): Promise<void> {
    await this.#dispatch({ type: "remove", site, drain });
    this.#deployed.delete(site);
  }

  #dispatch(command: ServiceCommand): Promise<void> {
    return dispatchOrThrow(this.#manager, command);
  }
}

/** The last step first. Goes on after a failure; gives the sites that are not as they were. */
async function takeBack(undos: Undo[]): Promise<string[]> {
  const failed = new Set<string>();
  for (const { name, run } of undos.toReversed()) {
    try {
      await run();
    } catch {
      failed.add(name);
    }
  }
  return [...failed];
}
