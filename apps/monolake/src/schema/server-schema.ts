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

/** What `limits` of every kind of server has. */
export const connectionLimitsShape = {
  max_connections: z
    .int()
    .min(1)
    .optional()
    .describe("Open connections of one worker; no limit when left out"),
  max_connections_per_address: z
    .int()
    .min(1)
    .optional()
    .describe(
      "Open connections of one worker from one address, or one /64 of IPv6; more are closed at once. No limit when left out",
    ),
};
