import { alias, type ConfigProblem, type ConfigSchema, expects, parseConfig } from "@monolake/config";
import { z } from "zod";

const server = alias(
  z.discriminatedUnion("type", [
    z.strictObject({
      type: z.literal("http"),
      name: z.string(),
      weight: z.int().min(0).max(10).default(1),
      routes: z
        .array(z.strictObject({ path: z.string() }))
        .min(1)
        .optional(),
      timeout: z.strictObject({ read_sec: z.number() }).optional(),
    }),
    z.strictObject({
      type: z.literal("tcp"),
      port: z.int().refine((port) => port < 65536, expects("a port")),
    }),
  ]),
  { http_timeout: "timeout", limit: { key: "weight", deprecated: 'use "weight"' } },
);

/** A small schema with one of everything, for tests. */
export const schema = z.strictObject({
  runtime: z.strictObject({
    threads: z.int(),
    mode: z.enum(["fast", "slow"]).optional(),
    pause: z.union([z.number(), z.literal("off")]).optional(),
  }),
  servers: z.record(z.string().min(1), server).default({}),
});

/** `line:column type message` of everything that is wrong with a text. */
export function complaints(text: string, against: ConfigSchema<unknown> = schema): string[] {
  const outcome = parseConfig({ text, schema: against });
  return outcome.type === "valid" ? [] : outcome.problems.map(complaint);
}

export const complaint = ({ position, type, message }: ConfigProblem): string =>
  `${position.line}:${position.column} ${type} ${message}`;
