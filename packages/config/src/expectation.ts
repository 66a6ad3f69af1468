import type { z } from "zod";
import { oneOf } from "./describe.ts";

const typeNames: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  int: "an integer",
  boolean: "true or false",
  object: "a table",
  record: "a table",
  array: "an array",
  tuple: "an array",
  date: "a date",
  null: "null",
};

/**
 * Says what a check of a schema expects, as a noun phrase; the problem becomes `expected <phrase>, found <value>` and
 * points at the value. The second argument of zod's `refine`, or what is added to an issue of `superRefine`.
 *
 * ```ts
 * z.string().refine(isPort, expects('a port, for instance "8080"'));
 * ```
 */
export const expects = (phrase: string) => ({ message: phrase, params: { expected: phrase } });

/**
 * Says what a schema expects that takes no value of this type; as {@link expects}. The second argument of a schema:
 *
 * ```ts
 * z.array(z.string(), expectsType('an array such as ["a"]'));
 * ```
 */
export const expectsType = (phrase: string | ((found: unknown) => string)) => ({
  // Checks of the schema, such as `min`, ask it, too.
  error: ({ code, input }: { readonly code?: string | undefined; readonly input?: unknown }) =>
    isAboutType(code) ? `${typePrefix}${typeof phrase === "string" ? phrase : phrase(input)}` : undefined,
});

const typePrefix = "expected ";
const isAboutType = (code: string | undefined): boolean =>
  code === "invalid_type" || code === "invalid_union";

/** What was expected, of {@link expectsType}. */
export const typeExpectation = ({ code, message }: z.core.$ZodIssue): string | undefined =>
  isAboutType(code) && message.startsWith(typePrefix) ? message.slice(typePrefix.length) : undefined;

/**
 * What an issue says was expected, as a noun phrase, or undefined when only its message says it. `conceal`: takes out of what
 * the schema's author says what must not be shown.
 */
export function expectationOf(
  issue: z.core.$ZodIssue,
  conceal: (text: string) => string,
): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return typeExpectation(issue) ?? typeNames[issue.expected] ?? issue.expected;
    case "invalid_value":
      return oneOf(issue.values);
    case "too_small":
      return bound(issue.origin, Number(issue.minimum), issue.inclusive === false ? "more than" : "at least");
    case "too_big":
      return bound(issue.origin, Number(issue.maximum), issue.inclusive === false ? "less than" : "at most");
    case "invalid_format":
      return issue.format === "regex" ? `text like ${issue.pattern}` : `a valid ${issue.format}`;
    case "not_multiple_of":
      return `a multiple of ${issue.divisor}`;
    case "invalid_union":
      return "options" in issue && issue.options !== undefined
        ? oneOf(issue.options)
        : unionOf(issue, conceal);
    case "custom":
      return typeof issue.params?.["expected"] === "string" ? conceal(issue.params["expected"]) : undefined;
    default:
      return undefined;
  }
}

function bound(origin: string, limit: number, relation: string): string {
  const units = limit === 1 ? ["entry", "character"] : ["entries", "characters"];
  if (origin === "array" || origin === "set") return `${relation} ${limit} ${units[0]}`;
  if (origin === "string") return `${relation} ${limit} ${units[1]}`;
  return `${origin === "int" ? "an integer" : "a number"} of ${relation} ${limit}`;
}

/** What the alternatives of a union expect, when all of them fail at the value itself. */
function unionOf(issue: z.core.$ZodIssueInvalidUnion, conceal: (text: string) => string): string | undefined {
  const issues = issue.errors.flat();
  // A check of one's own is made of a value that has the right type, which the other alternatives do not want.
  const checks = issues.filter(({ code }) => code === "custom");
  const own = typeExpectation(issue);
  if (checks.length === 0 && own !== undefined) return own;
  const phrases = (checks.length > 0 ? checks : issues).map((one) => expectationOf(one, conceal));
  const known = [...new Set(phrases.filter((phrase) => phrase !== undefined))];
  return known.length === 0 ? undefined : known.join(" or ");
}
