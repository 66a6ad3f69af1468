import { expects } from "@monolake/config";
import { z } from "zod";
import { secondsSchema } from "./seconds-schema.ts";
import { connectionLimitsShape, serverShape } from "./server-schema.ts";
import { thriftRouteSchema, thriftRoutesSchema } from "./thrift-route-schema.ts";

const timeoutSchema = z
  .strictObject({
    server_keepalive_timeout_sec: secondsSchema.default(60).describe("An idle client connection is closed"),
    server_message_timeout_sec: secondsSchema
      .default(30)
      .describe("From the first byte of a message to its last; of a large one between two parts"),
    server_write_timeout_sec: secondsSchema
      .default(10)
      .describe("A client takes nothing of its answers; the connection is broken"),
    upstream_connect_timeout_sec: secondsSchema.default(3).describe("Name and connection; an exception"),
    upstream_write_timeout_sec: secondsSchema
      .default(10)
      .describe("An upstream takes nothing of a call; an exception"),
    upstream_read_timeout_sec: secondsSchema.default(30).describe("From a call to its answer; an exception"),
    upstream_keepalive_timeout_sec: secondsSchema
      .default(50)
      .describe("An idle upstream connection is closed; keep it below what upstreams allow"),
  })
  .prefault({});

/** What the length of a frame can say. */
const longestFrameBytes = 0x3fff_ffff;
/** What the size of a TTHeader can say. */
const longestHeaderBytes = 262_140;

const limitsSchema = z
  .strictObject({
    max_frame_bytes: z
      .int()
      .min(64)
      .max(longestFrameBytes)
      .default(16_777_216)
      .describe("Of a message with everything around it; an exception, and the connection is closed"),
    max_header_bytes: z
      .int()
      .min(4)
      .max(longestHeaderBytes)
      .default(longestHeaderBytes)
      .describe("Of a TTHeader"),
    max_depth: z
      .int()
      .min(1)
      .max(1024)
      .default(64)
      .describe("Structures and containers within each other, in messages without a frame"),
    max_calls: z
      .int()
      .min(1)
      .optional()
      .describe("Calls that one worker handles at a time; an exception beyond; no limit when left out"),
    max_pipelined_calls: z
      .int()
      .min(1)
      .default(64)
      .describe("Calls of one connection that are handled together, where pipelining allows that"),
    ...connectionLimitsShape,
    max_upstream_connections: z
      .int()
      .min(1)
      .optional()
      .describe("Of one worker to one upstream; calls wait up to 3 s for one, then an exception"),
  })
  .prefault({});

/** `proxy_type = "thrift"`. */
export const thriftServerSchema = z
  .strictObject({
    ...serverShape,
    proxy_type: z.literal("thrift").describe("A Thrift proxy"),
    pipelining: z
      .enum(["serial", "ordered", "unordered"])
      .default("serial")
      .describe("Calls of a connection one after another, or together: answered in their order, or in any"),
    route: thriftRouteSchema
      .optional()
      .describe("The only route; as `routes` with one that matches every call"),
    routes: thriftRoutesSchema
      .optional()
      .describe("The first that a call matches; an exception where none does"),
    timeout: timeoutSchema.describe("How long everything may take"),
    limits: limitsSchema.describe("How large and how many everything may be"),
  })
  .superRefine(({ route, routes }, context) => {
    if (route === undefined && routes === undefined) {
      context.addIssue({
        code: "custom",
        path: [],
        message: 'missing key "route": expected "route" or "routes"',
      });
    } else if (route !== undefined && routes !== undefined) {
      context.addIssue({ code: "custom", path: ["routes"], ...expects('either "route" or "routes"') });
    }
  });
