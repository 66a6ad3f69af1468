import type { ParsedDocument } from "./document.ts";
import { parseJsonDocument } from "./json-document.ts";
import type { ConfigLimits } from "./parser-limits.ts";
import type { SourceText } from "./source-text.ts";
import { parseTomlDocument } from "./toml-document.ts";
import { parseYamlDocument } from "./yaml-document.ts";

/** The languages a configuration file can be written in. */
export type ConfigFormat = "toml" | "json" | "yaml";

type DocumentParser = (source: SourceText, limits: ConfigLimits) => ParsedDocument;

/** A further format is one more name, one more line here, and its file endings in {@link detectFormat}. */
const parsers: Readonly<Record<ConfigFormat, DocumentParser>> = {
  toml: parseTomlDocument,
  json: parseJsonDocument,
  yaml: parseYamlDocument,
};

/**
 * A file that is called `.yaml` or `.yml` is YAML. Of the others, a text whose first non-blank character is `{` is JSON,
 * whatever the file is called: no TOML begins like that. Otherwise a file that is called `.json` is JSON, so that its
 * errors are those of JSON. The rest is TOML.
 */
export function detectFormat(file: string, text: string): ConfigFormat {
  if (/\.ya?ml$/i.test(file)) return "yaml";
  if (/^\uFEFF?\s*\{/.test(text)) return "json";
  return /\.json$/i.test(file) ? "json" : "toml";
}

export const parseDocument = (
  format: ConfigFormat,
  source: SourceText,
  limits: ConfigLimits,
): ParsedDocument => parsers[format](source, limits);
