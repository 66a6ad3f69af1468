import type { ListenSpec, ServiceSpec } from "./service-spec.ts";

/**
 * What can be done to a site, the same in every worker. A site has at most one staged service, which serves nothing
 * yet, and at most one committed service with its listener.
 */
export type ServiceCommand =
  /**
   * Makes a service from the committed one, if there is one, and stages it. `from` names another site whose committed one it is
   * made from instead: that of a site that is about to get this one's name.
   */
  | {
      readonly type: "precommit";
      readonly site: string;
      readonly service: ServiceSpec;
      readonly from?: string;
    }
  /**
   * The staged service takes the committed one's place. The listener goes on untouched. Connections keep the service that
   * they began with to their end, which `drain` brings about: politely, then by a deadline.
   */
  | { readonly type: "update"; readonly site: string; readonly drain?: boolean }
  /** Makes a listener, and commits the staged service behind it. What was committed before stops listening and drains. */
  | { readonly type: "commit"; readonly site: string; readonly listen: ListenSpec }
  /** Makes a service from nothing and a listener, and commits both at once. */
  | {
      readonly type: "prepare-and-commit";
      readonly site: string;
      readonly service: ServiceSpec;
      readonly listen: ListenSpec;
    }
  /** Drops the staged service. The site stays, even when nothing is left of it. */
  | { readonly type: "abort"; readonly site: string }
  /**
   * Drops the site: its listener closes, its service drains. With `drain: false` connections keep it to their end, as in an
   * update: for a site that another one has taken the place of.
   */
  | { readonly type: "remove"; readonly site: string; readonly drain?: boolean };

/** Whether workers run code of a site to carry it out, which may fail, loop, or end the worker. */
export const runsCodeOfSite = (command: ServiceCommand): boolean =>
  "service" in command || "listen" in command;

/** The command of one type. */
export type ServiceCommandOf<Type extends ServiceCommand["type"]> = Extract<
  ServiceCommand,
  { readonly type: Type }
>;
