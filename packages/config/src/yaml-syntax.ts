import { describeText } from "./describe.ts";

/**
 * What the complaints of the parser mean, by their code, in the words of all other problems; `expected …` gets what was
 * found added. What is not listed is passed on as it is.
 */
const meanings: Readonly<Record<string, string>> = {
  ALIAS_PROPS: "an alias cannot have an anchor or a tag",
  BAD_ALIAS: "expected the name of an anchor",
  BAD_DQ_ESCAPE: "unknown escape in the string",
  BAD_SCALAR_START: "a value that begins like this must be in quotes",
  BLOCK_AS_IMPLICIT_KEY: "expected the end of the line: a table begins in a line of its own",
  BLOCK_IN_FLOW: "expected no block inside of [] or {}",
  DUPLICATE_KEY: "expected each key once",
  MISSING_CHAR: "expected the closing character",
  MULTILINE_IMPLICIT_KEY: 'expected ":" after the key, in the same line',
  MULTIPLE_ANCHORS: "expected one anchor",
  MULTIPLE_DOCS: "expected one document, without a second --- line",
  MULTIPLE_TAGS: "expected one tag",
  TAB_AS_INDENT: "expected spaces to indent, not tabs",
  TAG_RESOLVE_FAILED: "expected no tag of one's own",
};

const byText: readonly (readonly [pattern: RegExp, meaning: string])[] = [
  [/^Missing closing .quote/, "the string is not closed"],
  [/^Flow sequence .*end with a \]/, 'expected "]" to close the list, in lines that are indented'],
  [/^Flow map .*end with a \}/, 'expected "}" to close the table, in lines that are indented'],
  [
    /^All (?:mapping|sequence|collection) items must start/,
    "expected the same indentation as the lines before: this one is between two levels",
  ],
  [/^Implicit keys need to be on a single line/, 'expected ":" after the key, in the same line'],
  [/^Implicit map keys need to be followed/, 'expected ":" after the key'],
];

export function explainYamlComplaint(code: string, complaint: string, text: string, offset: number): string {
  const special = byText.find(([pattern]) => pattern.test(complaint))?.[1];
  const meaning =
    special ?? meanings[code] ?? complaint.charAt(0).toLowerCase() + complaint.slice(1).replace(/\.$/, "");
  return meaning.startsWith("expected") && !meaning.includes(":")
    ? `${meaning}, found ${describeText(text, offset)}`
    : meaning;
}
