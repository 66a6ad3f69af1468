import type { ServerConfig } from "../schema/index.ts";

/** What the main program adds to a server's configuration. */
export interface DeployedFacts {
  /** Counts the configurations that were applied; this one added or changed the server. */
  readonly configVersion: number;
  /** Base64, the same for all workers for as long as the program runs: what session tickets are made with. Never logged. */
  readonly ticketSecret: string;
}

/** A server, as its services are made from it. */
export type Deployed<Server extends ServerConfig = ServerConfig> = Server & DeployedFacts;
