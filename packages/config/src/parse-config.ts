import type { ConfigFileText, ConfigText } from "./config-source.ts";
import { convertReferences } from "./convert-references.ts";
import { type ConfigNode, findNode, type ParsedDocument, writtenPath } from "./document.ts";
import { ConfigInvalidError } from "./errors.ts";
import { type ConfigFormat, detectFormat, parseDocument } from "./format.ts";
import { markSecrets } from "./mark-secrets.ts";
import { maskPasswords } from "./mask-passwords.ts";
import { mergeDocuments } from "./merge-documents.ts";
import { type ConfigLimits, resolveLimits } from "./parser-limits.ts";
import { type ConfigPath, type ConfigProblem, createProblem, sortProblems } from "./problem.ts";
import { noReferences, type ResolvedReferences, resolveReferences } from "./resolve-references.ts";
import { applySchema, type ConfigSchema, type SchemaResult } from "./schema-problems.ts";
import { SourceText } from "./source-text.ts";
import { ValidationRun } from "./validation-run.ts";

/** A configuration that is not in a file, or already read from one. */
export type ConfigInput =
  | {
      readonly text: string;
      /** The name that problems carry. Default `"config"`. */
      readonly file?: string;
    }
  /** Of several files, which are one configuration: tables are merged by key, and a key in two files is a problem. */
  | Pick<ConfigText, "files">;

/** How a configuration is read. */
export interface ParseConfigOptions<Value> extends Partial<ConfigLimits> {
  /** Default: YAML for a file called `.yaml` or `.yml`; JSON for `.json`, or a text that begins with `{`; else TOML. */
  readonly format?: ConfigFormat;
  readonly schema: ConfigSchema<Value>;
  /**
   * Whether strings may have references to environment variables, `${env:NAME}` or `${env:NAME:-default}`, and to files,
   * `${file:PATH}` (relative to the folder of the file that it is in). Default false.
   */
  readonly references?: boolean;
}

/** A configuration that fits its schema. */
export interface ValidConfig<Value> {
  readonly type: "valid";
  readonly value: Value;
  /** What works and should be changed, in the order of the files. */
  readonly warnings: readonly ConfigProblem[];
  /**
   * A problem or warning of the application's own about the value (or, where the file has none, the table) at `path`,
   * for checks that no schema can do.
   */
  readonly problemAt: (path: ConfigPath, message: string, severity?: "error" | "warning") => ConfigProblem;
  /**
   * A text fit to be shown: what came from references is as they are written, values of keys that are called like secrets and
   * passwords in URIs are stars. Values shorter than 4 characters only where they are the whole text. `problemAt` does so by itself.
   */
  readonly conceal: (text: string) => string;
}

/** A configuration that does not fit: all that is wrong, in the order of the files. */
export interface InvalidConfig {
  readonly type: "invalid";
  readonly problems: readonly ConfigProblem[];
}

/** What reading a configuration gives: the typed value, or what is wrong with it. */
export type ConfigOutcome<Value> = ValidConfig<Value> | InvalidConfig;

/**
 * Reads a configuration and checks it against a schema. Every problem is found at once, except that nothing is looked at
 * further while a text has a syntax error. Unknown keys are problems where the schema uses `z.strictObject`.
 *
 * Throws nothing for a bad text. The schema must be synchronous.
 */
export function parseConfig<Value>(options: ConfigInput & ParseConfigOptions<Value>): ConfigOutcome<Value> {
  const files = "files" in options ? options.files : [{ file: "config", ...options }];
  const limits = resolveLimits(options);
  const excess = firstTooLarge(files, limits);
  if (excess !== undefined) return invalid([excess]);
  const { root, problems } = parseFiles(files, options.format, limits);
  if (root === undefined) return invalid(problems);
  const references = options.references === true ? resolveReferences(root, limits) : noReferences();
  markSecrets(root, references.concealed);
  const { run, result } = validate({ root, references }, options.schema);
  const complaints = "problems" in result ? result.problems.filter(isNews(root)) : [];
  const found = [...problems, ...references.problems, ...run.problems, ...complaints];
  const errors = found.filter((problem) => problem.severity === "error");
  if (errors.length > 0 || !("value" in result)) return invalid(errors);
  const warnings = sortProblems(found);
  return {
    type: "valid",
    value: result.value,
    warnings,
    problemAt: problemAt(run),
    conceal: (text) => maskPasswords(references.concealed.conceal(text)),
  };
}

function parseFiles(
  files: readonly ConfigFileText[],
  format: ConfigFormat | undefined,
  limits: ConfigLimits,
): ParsedDocument {
  const documents = files.map(({ file, text }) =>
    parseDocument(format ?? detectFormat(file, text), new SourceText(file, text), limits),
  );
  const problems = documents.flatMap((document) => document.problems);
  const roots = documents.flatMap(({ root }) => root ?? []);
  if (roots.length < documents.length) return { root: undefined, problems };
  const merged = mergeDocuments(roots);
  return { root: merged.root, problems: [...problems, ...merged.problems] };
}

interface ParsedConfig {
  readonly root: ConfigNode;
  readonly references: ResolvedReferences;
}

/** As often as the schema finds references that should have been numbers or booleans. */
function validate<Value>({ root, references }: ParsedConfig, schema: ConfigSchema<Value>) {
  for (;;) {
    const run = new ValidationRun(root, references.concealed.conceal);
    const result: SchemaResult<Value> = applySchema(run, schema);
    if ("value" in result || !convertReferences(run, result.issues)) return { run, result };
  }
}

/** Whether something else is wrong at the place of a problem than a reference that stands for nothing. */
const isNews =
  (root: ConfigNode) =>
  ({ path }: ConfigProblem): boolean => {
    const { node } = findNode(root, path);
    return node?.type !== "scalar" || node.reference?.isResolved !== false;
  };

/** The valid configuration of an outcome; throws {@link ConfigInvalidError} (ERR_CONFIG_INVALID) with the problems of an invalid one. */
export function requireValid<Value>(outcome: ConfigOutcome<Value>): ValidConfig<Value> {
  if (outcome.type === "valid") return outcome;
  throw new ConfigInvalidError({ problems: outcome.problems });
}

const invalid = (problems: readonly ConfigProblem[]): InvalidConfig => ({
  type: "invalid",
  problems: sortProblems(problems),
});

/** At the file that is too much, alone or after those before it. */
function firstTooLarge(
  files: readonly ConfigFileText[],
  { maxBytes }: ConfigLimits,
): ConfigProblem | undefined {
  let size = 0;
  for (const { file, text } of files) {
    size += Buffer.byteLength(text);
    if (size <= maxBytes) continue;
    const message = `expected at most ${maxBytes} bytes${files.length > 1 ? " in all files" : ""}, found ${size}`;
    return createProblem({ type: "limit", message, span: new SourceText(file, "").span(0, 0) });
  }
  return undefined;
}

const problemAt =
  (run: ValidationRun): ValidConfig<unknown>["problemAt"] =>
  (path, message, severity = "error") => {
    const { node, nearest } = findNode(run.root, path);
    const type = severity === "warning" ? "notice" : "wrong-value";
    const written = writtenPath(run.root, path);
    return run.createProblem({ type, severity, message, path: written, span: (node ?? nearest).span });
  };
