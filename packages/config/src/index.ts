// Reading and checking a configuration.

export type { ConfigFormat } from "./format.ts";
export type { LoadConfigOptions } from "./load-config.ts";
export { loadConfig } from "./load-config.ts";
export type {
  ConfigInput,
  ConfigOutcome,
  InvalidConfig,
  ParseConfigOptions,
  ValidConfig,
} from "./parse-config.ts";
export { parseConfig, requireValid } from "./parse-config.ts";
export type { ConfigLimits } from "./parser-limits.ts";
export type { ConfigSchema } from "./schema-problems.ts";

// Writing a schema.

export type { KeyAlias } from "./alias.ts";
export { alias, deprecated } from "./alias.ts";
export { expects, expectsType } from "./expectation.ts";
export type { JsonSchema, JsonSchemaOptions } from "./json-schema.ts";
export { jsonSchemaOf } from "./json-schema.ts";

// Showing what is wrong.

export type { FormatProblemsOptions } from "./format-problems.ts";
export { formatProblems } from "./format-problems.ts";
export type { ConfigPath, ConfigProblem, ConfigProblemType } from "./problem.ts";
export { formatPath, sortProblems } from "./problem.ts";
export { hiddenValue, isSecretName } from "./secret-names.ts";
export type { SourceExcerpt, SourcePosition } from "./source-text.ts";

// Following a configuration that changes.

export type { ConfigChange, ConfigFileText, ConfigSource, ConfigText } from "./config-source.ts";
export type { KeyedDiff } from "./diff-by-key.ts";
export { diffByKey } from "./diff-by-key.ts";
export type { FileSourceOptions } from "./file-source.ts";
export { createFileSource } from "./file-source.ts";
export type { TextSource } from "./text-source.ts";
export { createTextSource } from "./text-source.ts";

// Applying it to workers.

export type { ReloadOutcome } from "./reload/reload-outcome.ts";
export type { Reloader } from "./reload/reloader.ts";
export { createReloader } from "./reload/reloader.ts";
export type { ReloaderOptions, SitesOutcome } from "./reload/reloader-options.ts";
export type { RenamedSite, Site, SiteDiff, Sites } from "./reload/site.ts";
export { diffSites } from "./reload/site.ts";

// What can go wrong.

export type { ReloadStep } from "./errors.ts";
export {
  ConfigInvalidError,
  ConfigReadError,
  ReloaderClosedError,
  ReloadFailedError,
  summarizeProblem,
} from "./errors.ts";
export { fileReason } from "./file-reason.ts";
export { formatFailure } from "./format-failure.ts";
