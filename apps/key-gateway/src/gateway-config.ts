import { type ConfigText, parseConfig, type Site, type SitesOutcome } from "@monolake/config";
import { parseListenAddress } from "@monolake/listener";
import { z } from "zod";

const schema = z.strictObject({
  listen: z.string().refine(isAddress, 'an ip address and port such as "127.0.0.1:8085"'),
  upstream: z.url({ protocol: /^http$/ }),
  /** Names by API key. */
  accounts: z.record(z.string().min(1), z.string().min(1)),
});

/** The configuration file of this gateway. */
export type GatewayConfig = z.output<typeof schema>;

const module = new URL(
  import.meta.url.endsWith(".ts") ? "./service-module.ts" : "./service-module.js",
  import.meta.url,
).href;

/** One site: where it listens, and the module that every worker makes its services from. */
export function readSites({ files }: ConfigText): SitesOutcome {
  const outcome = parseConfig({ files, schema });
  if (outcome.type === "invalid") return outcome;
  const site: Site = {
    service: { module, config: outcome.value },
    listen: {
      module: import.meta.resolve("@monolake/listener/listen-module"),
      config: { type: "socket", value: outcome.value.listen },
    },
  };
  return { type: "valid", sites: new Map([["gateway", site]]), warnings: outcome.warnings };
}

function isAddress(value: string): boolean {
  try {
    parseListenAddress({ type: "socket", value });
    return true;
  } catch {
    return false;
  }
}
