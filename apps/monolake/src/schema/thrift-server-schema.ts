import { z } from "zod";
import { secondsSchema } from "./seconds-schema.ts";
import { maxConnectionsSchema, serverShape } from "./server-schema.ts";
import { checkWeights, loadBalancerSchema, socketUpstreamsSchema } from "./upstream-schema.ts";

const timeoutSchema = z
  .strictObject({
    server_keepalive_timeout_sec: secondsSchema.default(60).describe("An idle client connection is closed"),
    server_message_timeout_sec: secondsSchema
      .default(30)
      .describe("From the first byte of a message to its last"),
  })
  .prefault({});

/** `proxy_type = "thrift"`. */
export const thriftServerSchema = z.strictObject({
  ...serverShape,
  proxy_type: z.literal("thrift"),
  route: z
    .strictObject({ load_balancer: loadBalancerSchema, upstreams: socketUpstreamsSchema })
    .superRefine(checkWeights),
  timeout: timeoutSchema,
  limits: z.strictObject({ max_connections: maxConnectionsSchema }).prefault({}),
});
