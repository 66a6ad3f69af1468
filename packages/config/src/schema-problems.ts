import type { z } from "zod";
import { describeNode, oneOf, quote } from "./describe.ts";
import { type ConfigNode, findNode, writtenPath } from "./document.ts";
import { expectationOf, typeExpectation } from "./expectation.ts";
import { hideSecret } from "./mark-secrets.ts";
import { type ConfigPath, type ConfigProblem, createProblem, type ProblemParts } from "./problem.ts";
import { isSecretName } from "./secret-names.ts";
import { suggest } from "./suggestion.ts";
import type { ValidationRun } from "./validation-run.ts";

/** A schema that validates a whole configuration and gives its type. */
export type ConfigSchema<Value> = z.ZodType<Value>;

/**
 * Applies a schema to a file: the value, or every issue as problems with their places. Messages that the schema's
 * author wrote are kept; those that zod would make are made here, as only the file tells what was found and where.
 */
export function applySchema<Value>(run: ValidationRun, schema: ConfigSchema<Value>): SchemaResult<Value> {
  const raised: z.core.$ZodRawIssue[] = [];
  // zod asks this only where the schema brings no message; what it raised is found again by the message.
  const result = schema.safeParse(run.input, { error: (issue) => `${unsaid}${raised.push(issue) - 1}` });
  if (result.success) return { value: result.data };
  const context = { run, knownKeys: (issue: z.core.$ZodIssue) => knownKeys(raised, issue) };
  const { issues } = result.error;
  return { problems: firstOfEachValue(issues.flatMap((issue) => toProblems(context, issue, []))), issues };
}

/** What a schema says of a file. */
export type SchemaResult<Value> =
  | { readonly value: Value }
  | { readonly problems: readonly ConfigProblem[]; readonly issues: readonly z.core.$ZodIssue[] };

/** A value that fails several checks is one thing to correct. */
function firstOfEachValue(problems: readonly ConfigProblem[]): ConfigProblem[] {
  const seen = new Set<string>();
  return problems.filter((problem) => {
    const id = JSON.stringify(problem.path);
    return !seen.has(id) && seen.add(id);
  });
}

const unsaid = "\0";

interface IssueContext {
  readonly run: ValidationRun;
  readonly knownKeys: (issue: z.core.$ZodIssue) => readonly string[];
}

function toProblems(context: IssueContext, issue: z.core.$ZodIssue, base: ConfigPath): ConfigProblem[] {
  const path = [...base, ...issue.path.map((step) => (typeof step === "number" ? step : String(step)))];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownKey(context, [...path, key], context.knownKeys(issue)));
  }
  const chosen = issue.code === "invalid_union" ? likeliestAlternative(issue) : undefined;
  if (chosen !== undefined) return chosen.flatMap((nested) => toProblems(context, nested, path));
  if (issue.code === "invalid_key") return issue.issues.map((nested) => wrongKey(context, nested, path));
  return [wrongValue(context, issue, path)];
}

/** The keys of the table that raised the issue. */
function knownKeys(raised: readonly z.core.$ZodRawIssue[], issue: z.core.$ZodIssue): readonly string[] {
  const raw = raised[Number(issue.message.slice(unsaid.length))];
  const definition = raw?.inst?._zod.def as { readonly shape?: object } | undefined;
  return Object.keys(definition?.shape ?? {});
}

/** Of a union the alternative that fits but for a detail below; none when every one fails at the value itself. */
function likeliestAlternative(issue: z.core.$ZodIssueInvalidUnion): readonly z.core.$ZodIssue[] | undefined {
  const below = issue.errors.filter((issues) =>
    issues.every(({ code, path }) => path.length > 0 || code === "unrecognized_keys"),
  );
  return below.toSorted((a, b) => a.length - b.length)[0];
}

function unknownKey({ run }: IssueContext, path: ConfigPath, known: readonly string[]): ConfigProblem {
  const key = String(path.at(-1));
  const suggestion = suggest(key, known);
  const hint = suggestion === undefined ? listKeys(known) : `, did you mean ${quote(suggestion)}?`;
  const message = `unknown key ${quote(key)}${hint}`;
  const { node } = findNode(run.root, path);
  if (node !== undefined && isSecretName(suggestion)) hideSecret(node);
  return place(run, path, { type: "unknown-key", message, suggestion }, "key");
}

const listKeys = (known: readonly string[]): string =>
  known.length === 0 ? "" : `, expected ${oneOf(known)}`;

function wrongKey({ run }: IssueContext, issue: z.core.$ZodIssue, path: ConfigPath): ConfigProblem {
  const expected = expectationOf(issue, run.conceal) ?? said(run, issue);
  const message = `expected a key of ${expected}, found ${quote(String(path.at(-1)))}`;
  return place(run, path, { type: "wrong-value", message }, "key");
}

function wrongValue({ run }: IssueContext, issue: z.core.$ZodIssue, path: ConfigPath): ConfigProblem {
  const { node } = findNode(run.root, path);
  const expected = expectationOf(issue, run.conceal);
  const key = path.at(-1);
  const ownWords = !issue.message.startsWith(unsaid) && typeExpectation(issue) === undefined;
  if (node === undefined && key !== undefined && (expected !== undefined || !ownWords)) {
    const message = `missing key ${quote(String(key))}: expected ${expected ?? said(run, issue)}`;
    return place(run, path, { type: "missing-key", message }, "value");
  }
  const type = issue.code === "invalid_type" ? "wrong-type" : "wrong-value";
  if (node === undefined || ownWords) return ownMessage(run, issue, path, node);
  const suggestion = suggestValue(issue, node);
  const hint = suggestion === undefined ? "" : `, did you mean ${quote(suggestion)}?`;
  const message = `expected ${expected ?? said(run, issue)}, found ${describeNode(node)}${hint}`;
  return place(run, path, { type, message, suggestion }, "value");
}

/** A message that the schema's author wrote: whole, or as what was expected. */
function ownMessage(
  run: ValidationRun,
  issue: z.core.$ZodIssue,
  path: ConfigPath,
  node?: ConfigNode,
): ConfigProblem {
  const expected = issue.code === "custom" ? expectationOf(issue, run.conceal) : undefined;
  const found = node === undefined ? "nothing" : describeNode(node);
  const message = expected === undefined ? said(run, issue) : `expected ${expected}, found ${found}`;
  return place(
    run,
    path,
    { type: issue.code === "invalid_type" ? "wrong-type" : "wrong-value", message },
    "value",
  );
}

/** The words of the schema's author, who may have put a value into them that must not be shown. */
const said = (run: ValidationRun, issue: z.core.$ZodIssue): string =>
  issue.message.startsWith(unsaid) ? "another value" : run.conceal(issue.message);

function suggestValue(issue: z.core.$ZodIssue, node: ConfigNode): string | undefined {
  if (node.type !== "scalar" || typeof node.value !== "string") return undefined;
  // What is like a value that must not be shown must not be shown either.
  if (node.reference !== undefined) return undefined;
  const options =
    issue.code === "invalid_value" ? issue.values : "options" in issue ? (issue.options ?? []) : [];
  return suggest(
    node.value,
    options.filter((option) => typeof option === "string"),
  );
}

type PlacedParts = Pick<ProblemParts, "type" | "message" | "suggestion">;

function place(run: ValidationRun, path: ConfigPath, parts: PlacedParts, at: "key" | "value"): ConfigProblem {
  const { node, key, nearest } = findNode(run.root, path);
  const span = (at === "key" ? key : undefined) ?? node?.span ?? nearest.span;
  // What was found is shown as it is written anyhow; in `expected "threads"` a value that is "thread" betrays nothing.
  return createProblem({ ...parts, path: writtenPath(run.root, path), span });
}
