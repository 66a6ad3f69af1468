import type { ListenSpec, ServiceSpec } from "@monolake/core";

/** Where a factory fails: in one worker, or in all of them when that one may be dead. */
export type Failing = "all" | number;

/** Two for each site. */
export type Ports = ReadonlyMap<string, readonly [number, number]>;

/** A site as the text that is reloaded names it. */
export interface WantedSite {
  label: string;
  port: number;
  failing?: Failing;
  dies?: boolean;
}

const fixture = (file: string): string => new URL(file, import.meta.url).href;
/** What a site serves: its label, first of all. */
export const service = (label: string, faults: Pick<WantedSite, "dies" | "failing"> = {}): ServiceSpec => ({
  module: fixture("../fixtures/model-service.ts"),
  config: { label, ...faults },
});
/** Where it listens. */
export const listen = (port: number): ListenSpec => ({
  module: fixture("../fixtures/address-listener.ts"),
  config: { port },
});

/** Sites that commands change, then those that reloads change. */
export const commandSites = ["x", "y"] as const;
export const reloadSites = ["a", "b", "c"] as const;
export const siteNames = [...commandSites, ...reloadSites];
/** A site that nothing changes, to crash workers by. */
export const control = "control";
