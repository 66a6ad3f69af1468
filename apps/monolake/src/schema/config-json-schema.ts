import { type JsonSchema, jsonSchemaOf } from "@monolake/config";
import { configFileSchema } from "./config-file-schema.ts";

/**
 * The JSON Schema of a configuration file: what `monolake schema` prints, and the package has as `config.schema.json`. A file may be one
 * of several in a folder. Without `references` that of the whole configuration, for pages that tell what there is.
 */
export const configJsonSchema = ({ references = true } = {}): JsonSchema =>
  jsonSchemaOf(configFileSchema, { references, severalFiles: references, title: "Monolake configuration" });
