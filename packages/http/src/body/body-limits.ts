import type { Parsing } from "../head/parsing.ts";
import { type AmbiguousFields, guardedFields } from "../headers/ambiguous-fields.ts";

/** How large a received body, and what is around it, may be. */
export interface BodyLimits {
  /** Content; 0 for any. */
  readonly maxBodyBytes: number;
  /** Of one message, all chunks together: extensions carry nothing that a gateway forwards. */
  readonly maxChunkExtensionBytes: number;
  /** Of one message, with line ends. */
  readonly maxTrailerBytes: number;
  /** `compat` takes blanks behind a chunk's size and around its extensions. */
  readonly parsing: Parsing;
  /** Which fields may come behind it. */
  readonly ambiguousFields: AmbiguousFields;
}

export const defaultBodyLimits: BodyLimits = {
  maxBodyBytes: 0,
  maxChunkExtensionBytes: 4 * 1024,
  maxTrailerBytes: 8 * 1024,
  parsing: "strict",
  ambiguousFields: guardedFields,
};
