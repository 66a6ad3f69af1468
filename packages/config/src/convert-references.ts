import type { z } from "zod";
import { findNode, type ScalarNode } from "./document.ts";
import type { ConfigPath } from "./problem.ts";
import type { ValidationRun } from "./validation-run.ts";

/**
 * Makes numbers and booleans of values that are one whole reference each, where a schema would have taken one. Gives
 * whether there were any: then the schema has to be asked again.
 */
export function convertReferences({ root }: ValidationRun, issues: readonly z.core.$ZodIssue[]): boolean {
  let converted = false;
  for (const { path, accepts } of issues.flatMap((issue) => wishesOf(issue, []))) {
    const { node } = findNode(root, path);
    if (node?.type !== "scalar") continue;
    const value = convertible(node);
    if (value === undefined || !accepts(value)) continue;
    node.value = value;
    converted = true;
  }
  return converted;
}

/** What JSON writes without quotes: `true`, `false`, and numbers such as `8080`, `-1` and `2.5`. */
function convertible({ value, reference }: ScalarNode): number | boolean | undefined {
  if (typeof value !== "string" || reference?.isWhole !== true || !reference.isResolved) return undefined;
  if (value === "true" || value === "false") return value === "true";
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(value) ? Number(value) : undefined;
}

/** A value that would have been better than the string that is there. */
interface Wish {
  readonly path: ConfigPath;
  readonly accepts: (value: number | boolean) => boolean;
}

function wishesOf(issue: z.core.$ZodIssue, base: ConfigPath): Wish[] {
  const path = [...base, ...issue.path.map((step) => (typeof step === "number" ? step : String(step)))];
  if (issue.code === "invalid_union")
    return issue.errors.flatMap((issues) => issues.flatMap((nested) => wishesOf(nested, path)));
  if (issue.code === "invalid_value") return [{ path, accepts: (value) => issue.values.includes(value) }];
  if (issue.code !== "invalid_type") return [];
  const type = issue.expected === "int" ? "number" : issue.expected;
  return [{ path, accepts: (value) => typeof value === type }];
}
