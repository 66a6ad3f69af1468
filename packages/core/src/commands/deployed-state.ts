import type { ServiceCommand } from "./service-command.ts";
import type { ListenSpec, ServiceSpec } from "./service-spec.ts";

/** What every worker holds of one site: enough to make it again. */
export interface SiteRecord {
  readonly site: string;
  readonly staged: ServiceSpec | undefined;
  readonly committed: { readonly service: ServiceSpec; readonly listen: ListenSpec } | undefined;
}

/** What commands have come to, so that a new worker can be brought there without their history. */
export class DeployedState {
  readonly #sites = new Map<string, SiteRecord>();
  #hasServed = false;

  /** Whether a site was ever committed: there may be connections since then. */
  get hasServed(): boolean {
    return this.#hasServed;
  }

  /** In the order in which they were first named. */
  get sites(): readonly SiteRecord[] {
    return [...this.#sites.values()];
  }

  /** A command was applied. */
  apply(command: ServiceCommand): void {
    const { site } = command;
    const { staged, committed } = this.#sites.get(site) ?? { staged: undefined, committed: undefined };
    switch (command.type) {
      case "precommit":
        return this.#set({ site, staged: command.service, committed });
      case "update":
        if (staged === undefined || committed === undefined) return;
        return this.#set({ site, staged: undefined, committed: { ...committed, service: staged } });
      case "commit":
        if (staged === undefined) return;
        return this.#set({ site, staged: undefined, committed: { service: staged, listen: command.listen } });
      case "prepare-and-commit": {
        const { service, listen } = command;
        return this.#set({ site, staged: undefined, committed: { service, listen } });
      }
      case "abort":
        return this.#set({ site, staged: undefined, committed });
      case "remove":
        this.#sites.delete(site);
        return;
      default: {
        const never: never = command;
        throw new TypeError(`unknown command ${JSON.stringify(never)}`);
      }
    }
  }

  #set(record: SiteRecord): void {
    this.#hasServed ||= record.committed !== undefined;
    this.#sites.set(record.site, record);
  }
}
