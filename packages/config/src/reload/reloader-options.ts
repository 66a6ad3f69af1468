import type { Logger, ServiceSpec, WorkerManager } from "@monolake/core";
import type { ConfigSource, ConfigText } from "../config-source.ts";
import type { InvalidConfig } from "../parse-config.ts";
import type { ConfigProblem } from "../problem.ts";
import type { ReloadOutcome } from "./reload-outcome.ts";
import type { Sites } from "./site.ts";

/** What a configuration text says, as far as a reload has to know. */
export type SitesOutcome =
  | { readonly type: "valid"; readonly sites: Sites; readonly warnings?: readonly ConfigProblem[] }
  | InvalidConfig;

/** What is reloaded, from where, and how it is understood. */
export interface ReloaderOptions {
  /** Whose workers serve the sites. It must hold none of its own by the names that the configuration uses. */
  readonly manager: Pick<WorkerManager, "dispatch">;
  readonly source: ConfigSource;
  /** Makes sites of a text. What it throws refuses the configuration. */
  readonly read: (config: ConfigText) => SitesOutcome | Promise<SitesOutcome>;
  /** Gets a record for every outcome, and one for every warning that the configuration before did not have. Default: nobody. */
  readonly logger?: Logger;
  /**
   * Puts the version of the configuration that a site was added or changed with into what its service is made from.
   * Not part of what is compared, so a site that did not change keeps its version. Default: the service as it is.
   */
  readonly withVersion?: (service: ServiceSpec, version: number) => ServiceSpec;
  /**
   * Whether a site that changes ends its old connections politely, and by a deadline; they keep the old service until they
   * close by themselves otherwise. Asked for each reload. Default: no.
   */
  readonly drainOnUpdate?: () => boolean;
  /** Called after every reload, also the first. What it throws is only logged. */
  readonly onOutcome?: (outcome: ReloadOutcome) => void;
}
