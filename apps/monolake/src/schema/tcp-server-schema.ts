import { z } from "zod";
import { secondsSchema } from "./seconds-schema.ts";
import { connectionLimitsShape, serverShape } from "./server-schema.ts";
import { checkWeights, loadBalancerSchema, socketUpstreamsSchema } from "./upstream-schema.ts";

const timeoutSchema = z
  .strictObject({
    upstream_connect_timeout_sec: secondsSchema
      .default(3)
      .describe("Until one of the upstreams is connected, however many are tried"),
    idle_timeout_sec: secondsSchema.default(3600).describe("Neither side has moved a byte for this long"),
  })
  .prefault({});

const limitsSchema = z.strictObject(connectionLimitsShape).prefault({});

/** `proxy_type = "tcp"`: bytes pass both ways, whatever they mean. */
export const tcpServerSchema = z
  .strictObject({
    ...serverShape,
    proxy_type: z.literal("tcp").describe("A TCP proxy"),
    load_balancer: loadBalancerSchema,
    upstreams: socketUpstreamsSchema,
    timeout: timeoutSchema.describe("How long everything may take"),
    limits: limitsSchema.describe("How many connections there may be"),
  })
  .superRefine(checkWeights);

/** `proxy_type = "echo"`: every byte goes back to whoever sent it. For trying a network out. */
export const echoServerSchema = z.strictObject({
  ...serverShape,
  proxy_type: z.literal("echo").describe("Every byte goes back"),
  limits: limitsSchema.describe("How many connections there may be"),
});
