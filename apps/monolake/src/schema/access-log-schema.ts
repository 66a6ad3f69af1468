import { expects } from "@monolake/config";
import { checkAccessLogFormat } from "@monolake/services/http";
import { z } from "zod";
import type { AccessLogConfig } from "./http-server-config.ts";

const longestWaitMs = 60_000;

/** `access_log`: a line for each request. */
export const accessLogSchema = z.strictObject({
  path: z
    .string()
    .refine((path) => path !== "" && !path.includes("\0"), expects('the path of a file, or "stdout"'))
    .describe('File to append to, relative to the working directory; or "stdout"'),
  format: z
    .string()
    .default("combined")
    .superRefine((format, context) => {
      const problem = checkAccessLogFormat(format);
      if (problem !== undefined) context.addIssue({ code: "custom", message: problem.message });
    })
    .describe(
      '"combined", "json", or a template such as "$remote_addr $method $target $status $duration_ms"',
    ),
  flush_ms: z
    .int()
    .min(1)
    .max(longestWaitMs)
    .default(1000)
    .describe("How long a line may wait to be written with others"),
  query: z.boolean().default(true).describe("Logs what follows the first ? of a target"),
});

/** The access log's configuration from a checked table. */
export const normalizeAccessLog = ({
  path,
  format,
  flush_ms: flushMs,
  query,
}: z.output<typeof accessLogSchema>): AccessLogConfig => ({ path, format, flushMs, query });
