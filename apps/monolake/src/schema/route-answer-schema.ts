import { z } from "zod";
import { fileNameSchema } from "./file-name-schema.ts";

/** `redirect` of a route. */
export const redirectSchema = z
  .strictObject({
    status: z
      .union([z.literal(301), z.literal(302), z.literal(303), z.literal(307), z.literal(308)])
      .default(302)
      .describe("301, 302, 303, 307 or 308"),
    location: z
      .string()
      .describe(
        "Template of a path, or of a url whose host is text or `{host}`: `https://{host}/new/{*rest}`",
      ),
  })
  .describe("Answers with a redirect");

/** `respond` of a route. */
export const respondSchema = z
  .strictObject({
    status: z.int().min(200).max(599).default(200).describe("Status of the response"),
    content_type: z.string().optional().describe("text/plain in UTF-8 when left out"),
    body: z.string().optional().describe("Text of the response"),
    file: fileNameSchema
      .optional()
      .describe(
        "File with the body, at most 1 MiB, relative to the working directory; read when the server is deployed",
      ),
  })
  .refine(({ body, file }) => body === undefined || file === undefined, {
    path: ["file"],
    message: 'expected either "body" or "file"',
  })
  .describe("Answers with a response of its own");

/** Whether a route needs no upstream. */
export const answersItself = (route: { readonly redirect?: unknown; readonly respond?: unknown }): boolean =>
  route.redirect !== undefined || route.respond !== undefined;
