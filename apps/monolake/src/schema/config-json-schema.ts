import { type JsonSchema, type JsonSchemaOptions, jsonSchemaOf } from "@monolake/config";
import { configFileSchema } from "./config-file-schema.ts";

/** The JSON Schema of the configuration file: what `monolake schema` prints, and the package has as `config.schema.json`. */
export const configJsonSchema = (options: Pick<JsonSchemaOptions, "references"> = {}): JsonSchema =>
  jsonSchemaOf(configFileSchema, { references: true, ...options, title: "Monolake configuration" });
