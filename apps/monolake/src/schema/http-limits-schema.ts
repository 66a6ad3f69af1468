import { z } from "zod";
import type { HttpLimits } from "./http-server-config.ts";
import { present } from "./present.ts";
import { connectionLimitsShape } from "./server-schema.ts";

/** A head that is held as a whole: there is no use for more, and a typing mistake must not take all memory. */
const largestHeadBytes = 1024 * 1024;
const headBytes = z.int().min(256).max(largestHeadBytes).default(32_768);
const headerCount = z.int().min(1).max(10_000).default(128);
/** Each may have its window full of content that nobody has taken. */
const largestConcurrentStreams = 10_000;

/** `limits` of an HTTP server. */
export const httpLimitsSchema = z
  .strictObject({
    max_head_bytes: headBytes.describe("Request line and headers; 431 beyond"),
    max_header_count: headerCount.describe("Header fields of a request; 431 beyond"),
    max_uri_bytes: z
      .int()
      .min(1)
      .max(largestHeadBytes)
      .default(16_384)
      .describe("Request target; 414 beyond"),
    max_body_bytes: z.int().min(1).optional().describe("Request body, 413 beyond; no limit when left out"),
    min_body_bytes_per_sec: z
      .int()
      .min(0)
      .default(500)
      .describe("A request's body comes at this rate on average while it is waited for, 408; 0 for any"),
    max_chunk_extension_bytes: z
      .int()
      .min(0)
      .max(largestHeadBytes)
      .default(4096)
      .describe("Of all chunk extensions of a body, either way; they are dropped"),
    max_trailer_bytes: z
      .int()
      .min(2)
      .max(largestHeadBytes)
      .default(8192)
      .describe("Trailer section of a body, either way"),
    max_response_head_bytes: headBytes.describe("Status line and headers of an upstream; 502 beyond"),
    max_response_header_count: headerCount.describe("Header fields of an upstream's response; 502 beyond"),
    max_requests_per_connection: z
      .int()
      .min(1)
      .default(1000)
      .describe("Of one client connection, then it is closed politely"),
    max_concurrent_streams: z
      .int()
      .min(1)
      .max(largestConcurrentStreams)
      .default(100)
      .describe("Requests at the same time on one client connection of HTTP/2; more are refused unseen"),
    max_http2_offences: z
      .int()
      .min(1)
      .default(100)
      .describe(
        "Of one connection of HTTP/2 in ten seconds, a client's or an upstream's: streams that are reset, frames without a use; it is closed beyond",
      ),
    ...connectionLimitsShape,
    max_upstream_connections: z
      .int()
      .min(1)
      .optional()
      .describe(
        "Of one worker to one upstream; requests wait up to 3 s for one, then 503. No limit when left out",
      ),
  })
  .prefault({});

/** The limits from a checked table. */
export const normalizeHttpLimits = (limits: z.output<typeof httpLimitsSchema>): HttpLimits => ({
  maxHeadBytes: limits.max_head_bytes,
  maxHeaderCount: limits.max_header_count,
  maxUriBytes: limits.max_uri_bytes,
  minBodyBytesPerSecond: limits.min_body_bytes_per_sec,
  maxChunkExtensionBytes: limits.max_chunk_extension_bytes,
  maxTrailerBytes: limits.max_trailer_bytes,
  maxResponseHeadBytes: limits.max_response_head_bytes,
  maxResponseHeaderCount: limits.max_response_header_count,
  maxRequestsPerConnection: limits.max_requests_per_connection,
  maxConcurrentStreams: limits.max_concurrent_streams,
  maxHttp2Offences: limits.max_http2_offences,
  ...present({
    maxBodyBytes: limits.max_body_bytes,
    maxConnections: limits.max_connections,
    maxConnectionsPerAddress: limits.max_connections_per_address,
    maxUpstreamConnections: limits.max_upstream_connections,
  }),
});
