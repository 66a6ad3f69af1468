import { expects, expectsType } from "@monolake/config";
import { z } from "zod";
import { checkWeights, loadBalancerSchema, socketUpstreamsSchema } from "./upstream-schema.ts";

/** An integer key of a TTHeader, as the key of a table. */
const intKey = z
  .string()
  .refine((key) => /^\d{1,5}$/.test(key) && Number(key) <= 65_535, expects("digits, from 0 to 65535"));

const headerValue = z
  .string()
  .refine((value) => Buffer.byteLength(value) <= 65_535, expects("at most 65535 bytes"));

const headerEdits = z.strictObject({
  set: z
    .record(z.string().min(1), headerValue)
    .optional()
    .describe("Keys of the TTHeader, with their values"),
  set_int: z.record(intKey, headerValue).optional().describe("The same for integer keys"),
  remove: z.array(z.string()).optional().describe("Keys of the TTHeader"),
  remove_int: z.array(z.int().min(0).max(65_535)).optional().describe("The same for integer keys"),
});

const routeShape = {
  load_balancer: loadBalancerSchema,
  upstreams: socketUpstreamsSchema,
  multiplex: z
    .int()
    .min(0)
    .max(256)
    .default(0)
    .describe(
      "Connections of a worker to each upstream that all calls share, for upstreams that answer several; 0: one call each",
    ),
};

/** `route`: the only one, as the original has it. */
export const thriftRouteSchema = z.strictObject(routeShape).superRefine(checkWeights);

const matchSchema = z.strictObject({
  service: z
    .string()
    .min(1)
    .optional()
    .describe("In front of the method (`Service:method`), or the key `isn` of the TTHeader"),
  method: z.string().min(1).optional().describe("A method; `get*` for all that begin so"),
  caller: z.string().min(1).optional().describe("The service that calls: key 3 of the TTHeader"),
  headers: z
    .record(z.string().min(1), z.string())
    .optional()
    .describe("Keys of the TTHeader with their values; `*` for any"),
  int_headers: z.record(intKey, z.string()).optional().describe("The same for integer keys"),
});

/** `routes`. */
export const thriftRoutesSchema = z
  .array(
    z
      .strictObject({
        match: matchSchema.optional().describe("All of it has to hold; every call when left out"),
        strip_service: z
          .boolean()
          .default(false)
          .describe("Upstreams see `method` where callers say `Service:method`"),
        request: headerEdits.optional().describe("What is changed in the TTHeader of a call"),
        response: headerEdits.optional().describe("What is changed in the TTHeader of its answer"),
        ...routeShape,
      })
      .superRefine(checkWeights),
    expectsType("an array of routes ([[servers.KEY.routes]] in TOML)"),
  )
  .min(1);
