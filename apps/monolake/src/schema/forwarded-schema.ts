import { expects } from "@monolake/config";
import { isTrustedProxyEntry } from "@monolake/services/http";
import { z } from "zod";
import type { ForwardedConfig } from "./http-server-config.ts";
import { present } from "./present.ts";

/** `forwarded` of an HTTP server: what upstreams are told of clients. */
export const forwardedSchema = z
  .strictObject({
    mode: z
      .enum(["replace", "append", "off"])
      .default("replace")
      .describe(
        "What a request says of X-Forwarded-*, X-Real-IP and Forwarded is dropped unless a trusted proxy says it, added to whoever says it, or left alone",
      ),
    trusted_proxies: z
      .array(
        z
          .string()
          .refine(isTrustedProxyEntry, expects('an ip address, a network such as "10.0.0.0/8", or "unix"')),
      )
      .default([])
      .describe("Proxies in front of this one: their fields are added to, and they tell who the client is"),
    rfc7239: z.boolean().default(true).describe("Sends Forwarded, too"),
    port: z.boolean().default(false).describe("Sends X-Forwarded-Port, too"),
    prefix: z.boolean().default(false).describe("Sends X-Forwarded-Prefix where the route strips one"),
    real_ip: z.boolean().default(false).describe("Sends X-Real-IP, the client's address alone, too"),
    via: z
      .string()
      .refine((name) => /^[\w!#$%&'*+.^`|~-]+$/.test(name), expects('a pseudonym such as "gateway"'))
      .optional()
      .describe("Adds this name to Via, of requests and responses; left out: no Via"),
  })
  .prefault({});

/** The table from a checked file. */
export const normalizeForwarded = (forwarded: z.output<typeof forwardedSchema>): ForwardedConfig => ({
  mode: forwarded.mode,
  trustedProxies: forwarded.trusted_proxies,
  rfc7239: forwarded.rfc7239,
  port: forwarded.port,
  prefix: forwarded.prefix,
  realIp: forwarded.real_ip,
  ...present({ via: forwarded.via }),
});

/** `request_id` of an HTTP server. */
export const requestIdSchema = z
  .strictObject({
    mode: z
      .enum(["off", "generate", "keep_trusted"])
      .default("off")
      .describe(
        "X-Request-Id: left alone, a new one for each request, or a new one unless a trusted proxy sent one",
      ),
    echo: z.boolean().default(false).describe("Responses tell the client the id"),
  })
  .prefault({});
