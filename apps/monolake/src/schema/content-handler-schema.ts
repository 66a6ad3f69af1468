import { expects } from "@monolake/config";
import { isContentTypePattern } from "@monolake/services/http";
import { z } from "zod";
import { present } from "./present.ts";

type ContentCodingName = "gzip" | "deflate" | "br" | "zstd";

/** What is done with bodies. */
export interface ContentHandlerConfig {
  readonly decode: boolean;
  readonly maxDecodedBytes: number;
  readonly maxRatio: number;
  readonly encode: readonly ContentCodingName[];
  /** Absent: text and what is like it. */
  readonly types?: readonly string[];
  readonly minBytes: number;
  readonly levels: Readonly<Record<ContentCodingName, number>>;
  readonly flushMs: number;
  /** Of one worker. */
  readonly maxBodies: number;
}

const codingSchema = z.enum(["gzip", "deflate", "br", "zstd"]);
const level = (least: number, most: number, usual: number) =>
  z.int().min(least).max(most).default(usual).describe("Compression level");

const tableSchema = z.strictObject({
  decode: z
    .boolean()
    .default(true)
    .describe("Takes gzip, deflate, br and zstd off the bodies of requests; 415 for other codings"),
  max_decoded_bytes: z
    .int()
    .min(1)
    .default(100 * 1024 * 1024)
    .describe("What a request's body may become by being decoded; 413 beyond"),
  max_ratio: z
    .int()
    .min(1)
    .default(200)
    .describe("Decoded bytes for each that was sent, from 1 MiB of decoded bytes on; 413 beyond"),
  encode: z
    .array(codingSchema)
    .default(["zstd", "br", "gzip", "deflate"])
    .describe(
      "Codings for responses, of which a client gets the one it likes best; of several the first; [] for none",
    ),
  types: z
    .array(z.string().refine(isContentTypePattern, expects('a content type such as "text/html" or "text/*"')))
    .optional()
    .describe(
      "Content types of responses to encode, with * for any part; text and what is like it when left out",
    ),
  min_bytes: z.int().min(0).default(1024).describe("Shorter responses stay as they are"),
  levels: z
    .strictObject({
      gzip: level(1, 9, 4),
      deflate: level(1, 9, 4),
      br: level(0, 11, 4),
      zstd: level(1, 19, 3),
    })
    .prefault({})
    .describe("How hard a coding tries"),
  flush_ms: z
    .int()
    .min(0)
    .max(60_000)
    .default(20)
    .describe("What came of a slow response is sent after so long without more of it; events at once"),
  max_bodies: z
    .int()
    .min(1)
    .default(256)
    .describe("Of one worker at a time; beyond, responses stay as they are, requests to be decoded get 503"),
});

/** `http_opt_handlers.content_handler`: `true` is a table without keys. */
export const contentHandlerSchema = z
  .union([z.boolean(), tableSchema])
  .default(false)
  .describe("Decodes and encodes bodies");

/** Undefined: off. */
export function normalizeContentHandler(
  handler: z.output<typeof contentHandlerSchema>,
): ContentHandlerConfig | undefined {
  if (handler === false) return undefined;
  const table = handler === true ? tableSchema.parse({}) : handler;
  return {
    decode: table.decode,
    maxDecodedBytes: table.max_decoded_bytes,
    maxRatio: table.max_ratio,
    encode: table.encode,
    ...present({ types: table.types }),
    minBytes: table.min_bytes,
    levels: table.levels,
    flushMs: table.flush_ms,
    maxBodies: table.max_bodies,
  };
}
