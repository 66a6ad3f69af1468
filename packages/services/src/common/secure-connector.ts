import { createHash } from "node:crypto";
import { type Connector, createTlsConnector, type TlsConnectorOptions } from "@monolake/transports";

/** How a place is reached, and the key of connections to it: what was opened in another way is never used again for it. */
export interface ReachedPlace {
  /** Undefined where connections are opened as everywhere. */
  readonly connector: Connector | undefined;
  readonly key: string;
}

/** Secures connections to `place` where there are options for that. */
export function secureConnector(place: string, tls: TlsConnectorOptions | undefined): ReachedPlace {
  if (tls === undefined) return { connector: undefined, key: place };
  const digest = createHash("sha256").update(JSON.stringify(tls)).digest("base64url").slice(0, 12);
  return { connector: createTlsConnector(tls), key: `${place} tls ${digest}` };
}
