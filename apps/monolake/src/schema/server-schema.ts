import { z } from "zod";
import { listenerSchema } from "./listener-schema.ts";
import { proxyProtocolSchema } from "./proxy-protocol-schema.ts";
import { tlsSchema } from "./tls-schema.ts";

/** `debug`, of one server or of all. */
export const debugSchema = z.boolean();

/** The keys that every kind of server has. */
export const serverShape = {
  name: z.string().min(1).describe("For people: logs and metrics"),
  listener: listenerSchema.describe(
    'Where it accepts connections: a table, or one word, "ADDRESS:PORT" or "unix:PATH"; no two servers at one place',
  ),
  tls: tlsSchema.optional().describe("TLS for clients"),
  proxy_protocol: proxyProtocolSchema
    .optional()
    .describe("PROXY protocol from those in front: who the client is"),
  debug: debugSchema
    .optional()
    .describe("HTTP: every response names its configuration in X-Monolake-Config-Version"),
};

/** `limits.max_connections`, for every kind of server. */
export const maxConnectionsSchema = z
  .int()
  .min(1)
  .optional()
  .describe("Open connections of one worker; no limit when left out");
