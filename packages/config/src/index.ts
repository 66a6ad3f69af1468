// Reading and checking a configuration.

export type { KeyAlias } from "./alias.ts";
// Writing a schema.
export { alias, deprecated } from "./alias.ts";
export type { ConfigChange, ConfigSource, ConfigText } from "./config-source.ts";
export type { KeyedDiff } from "./diff-by-key.ts";
export { diffByKey } from "./diff-by-key.ts";
export type { ReloadStep } from "./errors.ts";
export {
  ConfigInvalidError,
  ConfigReadError,
  ReloaderClosedError,
  ReloadFailedError,
  summarizeProblem,
} from "./errors.ts";
export { expects } from "./expectation.ts";
export type { FileSourceOptions } from "./file-source.ts";
// Following a configuration that changes.
export { createFileSource } from "./file-source.ts";
export type { ConfigFormat } from "./format.ts";
export type { FormatProblemsOptions } from "./format-problems.ts";
// Showing what is wrong.
export { formatProblems } from "./format-problems.ts";
export type { LoadConfigOptions } from "./load-config.ts";
export { loadConfig } from "./load-config.ts";
export type { ConfigOutcome, InvalidConfig, ParseConfigOptions, ValidConfig } from "./parse-config.ts";
export { parseConfig, requireValid } from "./parse-config.ts";
export type { ConfigLimits } from "./parser-limits.ts";
export type { ConfigPath, ConfigProblem, ConfigProblemType } from "./problem.ts";
export { formatPath } from "./problem.ts";
// Applying a configuration that changes to workers.
export type { ReloadOutcome } from "./reload/reload-outcome.ts";
export type { Reloader } from "./reload/reloader.ts";
export { createReloader } from "./reload/reloader.ts";
export type { ReloaderOptions, SitesOutcome } from "./reload/reloader-options.ts";
export type { Site, Sites } from "./reload/site.ts";
export type { ConfigSchema } from "./schema-problems.ts";
export type { SourceExcerpt, SourcePosition } from "./source-text.ts";
export type { TextSource } from "./text-source.ts";
export { createTextSource } from "./text-source.ts";
