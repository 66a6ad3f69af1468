import { expects } from "@monolake/config";
import { isTrustedProxyEntry } from "@monolake/services/common";
import { z } from "zod";
import { secondsSchema, toMilliseconds } from "./seconds-schema.ts";
import type { ProxyProtocolConfig } from "./server-config-base.ts";

/** What a header can have at most, and what it needs for addresses of any kind. */
const longestHeaderBytes = 65_551;
const shortestLimitBytes = 232;

/** `proxy_protocol`, of any server: connections begin with a PROXY header that names their client. */
export const proxyProtocolSchema = z.strictObject({
  trusted_proxies: z
    .array(
      z
        .string()
        .refine(isTrustedProxyEntry, expects('an ip address, a network such as "10.0.0.0/8", or "unix"')),
    )
    .min(1)
    .describe("Whose headers are believed; whoever connects from there can be anybody"),
  mode: z
    .enum(["required", "optional"])
    .default("required")
    .describe("Of trusted proxies: a header is required, or the first bytes tell whether there is one"),
  others: z
    .enum(["refuse", "direct", "ignore"])
    .default("refuse")
    .describe(
      "All others: closed at once, served unless they send a header, or served without believing their header",
    ),
  header_timeout_sec: secondsSchema.default(10).describe("A connection's header does not come"),
  max_header_bytes: z
    .int()
    .min(shortestLimitBytes)
    .max(longestHeaderBytes)
    .default(longestHeaderBytes)
    .describe("Of a header, additional information included"),
});

/** The table from a checked file. */
export const normalizeProxyProtocol = (table: z.output<typeof proxyProtocolSchema>): ProxyProtocolConfig => ({
  trustedProxies: table.trusted_proxies,
  mode: table.mode,
  others: table.others,
  timeoutMs: toMilliseconds(table.header_timeout_sec),
  maxHeaderBytes: table.max_header_bytes,
});
