import { type ConfigText, parseConfig, type SitesOutcome } from "@monolake/config";
import { z } from "zod";
import type { EchoConfig } from "./service-module.ts";

const fileSchema = z.strictObject({
  listen: z
    .string()
    .default("127.0.0.1:9969")
    .describe("An address and a port, or the path of a unix socket"),
  prefix: z.string().default("").describe("In front of every text that is sent back"),
  pipelining: z.enum(["serial", "ordered", "unordered"]).default("unordered"),
  max_frame_bytes: z.int().min(64).default(16_777_216),
});

const serviceModule = new URL(
  import.meta.url.endsWith(".ts") ? "./service-module.ts" : "./service-module.js",
  import.meta.url,
).href;
const listenModule = import.meta.resolve("@monolake/listener/listen-module");

/** Reads a configuration into the one site that it describes. */
export function readSites({ files }: ConfigText): SitesOutcome {
  const outcome = parseConfig({ files, schema: fileSchema });
  if (outcome.type === "invalid") return outcome;
  const { listen, prefix, pipelining, max_frame_bytes: maxFrameBytes } = outcome.value;
  const config: EchoConfig = { echo: { prefix }, thriftServer: { pipelining, maxFrameBytes } };
  const site = {
    service: { module: serviceModule, config },
    listen: {
      module: listenModule,
      config: { type: listen.startsWith("/") ? "unix" : "socket", value: listen },
    },
  };
  return { type: "valid", sites: new Map([["echo", site]]), warnings: outcome.warnings };
}
