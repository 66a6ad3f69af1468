import { resolve } from "node:path";
import { alias } from "@monolake/config";
import { z } from "zod";
import { httpServerSchema } from "./http-server-schema.ts";
import type { listenerSchema } from "./listener-schema.ts";
import { canonicalAddress, parseIpAndPort } from "./network-address.ts";
import { runtimeSchema } from "./runtime-schema.ts";
import { debugSchema } from "./server-schema.ts";
import { echoServerSchema, tcpServerSchema } from "./tcp-server-schema.ts";
import { thriftServerSchema } from "./thrift-server-schema.ts";

const serverSchema = z.discriminatedUnion("proxy_type", [
  httpServerSchema,
  thriftServerSchema,
  tcpServerSchema,
  echoServerSchema,
]);

/**
 * The whole configuration file. Every table is strict: a key that is not here is an error. `timeout` is also called
 * `http_timeout`, as the examples of the original call it. A further `proxy_type` is one more server in the union.
 */
export const configFileSchema = z.strictObject({
  $schema: z
    .string()
    .optional()
    .describe("For editors: where the JSON Schema of this file is. Without effect"),
  runtime: runtimeSchema.prefault({}).describe("Workers"),
  debug: debugSchema.default(false).describe("For all servers that do not say otherwise"),
  servers: z
    .record(z.string().min(1), alias(serverSchema, { http_timeout: "timeout" }))
    .superRefine(checkListeners)
    .describe("Servers by their keys; a key identifies its server over reloads"),
});

/** A configuration file as it is written, checked, with its defaults filled in. */
export type ConfigFile = z.output<typeof configFileSchema>;

/** One `[servers.<key>]`. */
export type ServerTable = ConfigFile["servers"][string];

type Listener = z.output<typeof listenerSchema>;

/** Two servers cannot listen at one place. */
function checkListeners(
  servers: Record<string, { readonly listener: Listener }>,
  context: z.RefinementCtx,
): void {
  const takenBy = new Map<string, string>();
  for (const [key, { listener }] of Object.entries(servers)) {
    const place = listenerPlace(listener);
    const other = place === undefined ? undefined : takenBy.get(place);
    if (place === undefined) continue;
    if (other === undefined) {
      takenBy.set(place, key);
      continue;
    }
    const message = `expected a listener of its own, found that of server ${JSON.stringify(other)}`;
    context.addIssue({ code: "custom", path: [key, "listener", "value"], message });
  }
}

/** Undefined where any number of servers may listen: at port 0, which is another free port every time. */
function listenerPlace(listener: Listener): string | undefined {
  if (listener.type === "unix") return `unix:${resolve(listener.value)}`;
  const address = parseIpAndPort(listener.value);
  return address === undefined || address.port === 0 ? undefined : canonicalAddress(address);
}
