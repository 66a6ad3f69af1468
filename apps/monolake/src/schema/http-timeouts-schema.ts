import { z } from "zod";
import type { HttpTimeouts } from "./http-server-config.ts";
import { secondsSchema, toMilliseconds } from "./seconds-schema.ts";

/** `timeout` of an HTTP server, also called `http_timeout`. */
export const httpTimeoutsSchema = z
  .strictObject({
    server_first_byte_timeout_sec: secondsSchema.default(10).describe("A new connection sends nothing"),
    server_keepalive_timeout_sec: secondsSchema.default(60).describe("An idle client connection is closed"),
    server_read_header_timeout_sec: secondsSchema
      .default(10)
      .describe("From the first byte of a head to its last, however it comes; 408"),
    server_read_body_timeout_sec: secondsSchema
      .default(30)
      .describe("Between two reads of a request's body; 408"),
    server_body_rate_grace_sec: secondsSchema
      .default(10)
      .describe("How long a request's body may come slower than min_body_bytes_per_sec at first"),
    server_write_timeout_sec: secondsSchema
      .default(10)
      .describe("A client takes nothing of its response; the connection is broken"),
    request_timeout_sec: secondsSchema
      .optional()
      .describe("From a request's head to the end of its response, bodies included; 504, or 408"),
    max_connection_age_sec: secondsSchema
      .optional()
      .describe("A client connection is closed politely when it is this old, or up to a tenth younger"),
    upstream_connect_timeout_sec: secondsSchema.default(3).describe("Name and connection"),
    upstream_write_timeout_sec: secondsSchema.default(10).describe("An upstream takes nothing of a request"),
    upstream_read_timeout_sec: secondsSchema
      .default(30)
      .describe("From the request to the head of the response"),
    upstream_read_body_timeout_sec: secondsSchema
      .optional()
      .describe("Between two reads of a response's body; as upstream_read_timeout_sec when left out"),
    upstream_keepalive_timeout_sec: secondsSchema
      .default(50)
      .describe("An idle upstream connection is closed; keep it below what upstreams allow"),
    tunnel_idle_timeout_sec: secondsSchema
      .default(3600)
      .describe("A connection that was upgraded (WebSocket) moves no byte either way; both sides are closed"),
  })
  .prefault({});

/** The timeouts from a checked table. */
export const normalizeHttpTimeouts = (timeout: z.output<typeof httpTimeoutsSchema>): HttpTimeouts => ({
  serverFirstByteTimeoutMs: toMilliseconds(timeout.server_first_byte_timeout_sec),
  serverKeepaliveTimeoutMs: toMilliseconds(timeout.server_keepalive_timeout_sec),
  serverReadHeaderTimeoutMs: toMilliseconds(timeout.server_read_header_timeout_sec),
  serverReadBodyTimeoutMs: toMilliseconds(timeout.server_read_body_timeout_sec),
  serverBodyRateGraceMs: toMilliseconds(timeout.server_body_rate_grace_sec),
  serverWriteTimeoutMs: toMilliseconds(timeout.server_write_timeout_sec),
  ...(timeout.request_timeout_sec === undefined
    ? {}
    : { requestTimeoutMs: toMilliseconds(timeout.request_timeout_sec) }),
  ...(timeout.max_connection_age_sec === undefined
    ? {}
    : { maxConnectionAgeMs: toMilliseconds(timeout.max_connection_age_sec) }),
  tunnelIdleTimeoutMs: toMilliseconds(timeout.tunnel_idle_timeout_sec),
  upstreamConnectTimeoutMs: toMilliseconds(timeout.upstream_connect_timeout_sec),
  upstreamWriteTimeoutMs: toMilliseconds(timeout.upstream_write_timeout_sec),
  upstreamReadTimeoutMs: toMilliseconds(timeout.upstream_read_timeout_sec),
  upstreamReadBodyTimeoutMs: toMilliseconds(
    timeout.upstream_read_body_timeout_sec ?? timeout.upstream_read_timeout_sec,
  ),
  upstreamKeepaliveTimeoutMs: toMilliseconds(timeout.upstream_keepalive_timeout_sec),
});
