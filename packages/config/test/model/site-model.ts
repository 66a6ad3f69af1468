import type { ServiceCommand } from "@monolake/core";
import type { Fault } from "./steps.ts";

/** What a site should be: the whole model. */
export interface ModelSite {
  readonly staged: string | undefined;
  readonly committed: { readonly label: string; readonly port: number } | undefined;
}

/** Sites by name; one that is not here is unknown. */
export type ModelSites = ReadonlyMap<string, ModelSite>;

/** One command, with what is supposed to go wrong. */
export interface ModelCommand {
  readonly type: ServiceCommand["type"];
  readonly site: string;
  readonly label: string;
  readonly port: number;
  readonly fault: Fault;
  /** The worker where a factory fails, if both are there. */
  readonly failing: 0 | 1;
}

/** What should come of a command: an error's code, or the sites as they are then. */
export function expectedOf(sites: ModelSites, command: ModelCommand): string | ModelSites {
  const { type, site: name, label, port, fault } = command;
  const site = sites.get(name);
  const set = (next: ModelSite): ModelSites => new Map([...sites, [name, next]]);
  switch (type) {
    case "precommit":
      if (fault === "death") return "ERR_WORKER_DIED";
      if (fault === "service") return "ERR_BUILD_SERVICE";
      return set({ staged: label, committed: site?.committed });
    case "update":
      if (site === undefined) return "ERR_SITE_NOT_EXIST";
      if (site.committed === undefined) return "ERR_PREVIOUS_HANDLER_NOT_EXIST";
      if (site.staged === undefined) return "ERR_PREPARATION_NOT_EXIST";
      return set({ staged: undefined, committed: { label: site.staged, port: site.committed.port } });
    case "commit":
      if (fault === "listener") return "ERR_BUILD_LISTENER";
      if (site === undefined) return "ERR_SITE_NOT_EXIST";
      if (site.staged === undefined) return "ERR_PREPARATION_NOT_EXIST";
      return set({ staged: undefined, committed: { label: site.staged, port } });
    case "prepare-and-commit":
      if (fault === "death") return "ERR_WORKER_DIED";
      if (fault !== "none") return fault === "service" ? "ERR_BUILD_SERVICE" : "ERR_BUILD_LISTENER";
      return set({ staged: undefined, committed: { label, port } });
    case "abort":
      return site === undefined ? "ERR_SITE_NOT_EXIST" : set({ ...site, staged: undefined });
    case "remove":
      if (site === undefined) return "ERR_SITE_NOT_EXIST";
      return new Map([...sites].filter(([other]) => other !== name));
    default: {
      const never: never = type;
      throw new TypeError(`unknown command ${never}`);
    }
  }
}
