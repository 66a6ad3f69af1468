import { type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { describeText } from "./describe.ts";
import { type ConfigNode, createTable, type ParsedDocument } from "./document.ts";
import { beyondParser, type ConfigLimits } from "./parser-limits.ts";
import { createProblem } from "./problem.ts";
import type { SourceText } from "./source-text.ts";
import { TreeBuilder } from "./tree-builder.ts";

const meanings: Readonly<Record<string, string>> = {
  InvalidSymbol: "expected a value",
  InvalidNumberFormat: "expected a number",
  PropertyNameExpected: "expected a key in double quotes",
  ValueExpected: "expected a value",
  ColonExpected: 'expected ":" after the key',
  CommaExpected: 'expected ","',
  CloseBraceExpected: 'expected "}"',
  CloseBracketExpected: 'expected "]"',
  EndOfFileExpected: "expected the end of the file",
  InvalidCommentToken: "comments are not allowed in JSON",
  UnexpectedEndOfString: "the string is not closed",
  UnexpectedEndOfNumber: "expected a digit",
  InvalidUnicode: "expected four hexadecimal digits after \\u",
  InvalidEscapeCharacter: "unknown escape in the string",
  InvalidCharacter: "a control character must be written as an escape",
};

/** Reads JSON (RFC 8259, no comments, no trailing commas): values and places come from the same tree. */
export function parseJsonDocument(source: SourceText, limits: ConfigLimits): ParsedDocument {
  const errors: ParseError[] = [];
  let tree: Node | undefined;
  try {
    tree = parseTree(source.text, errors, { disallowComments: true, allowTrailingComma: false });
  } catch (error: unknown) {
    if (error instanceof RangeError) return beyondParser(source, limits);
    throw error;
  }
  // The parser goes on after an error; what it says then mostly follows from the first.
  const [first] = errors.toSorted((a, b) => a.offset - b.offset);
  if (first !== undefined || tree === undefined) return syntaxError(source, first);
  const builder = new TreeBuilder(source, limits);
  return builder.finish(toNode(builder, tree, 0));
}

function syntaxError(source: SourceText, error: ParseError | undefined): ParsedDocument {
  const { offset, length } = error ?? { offset: 0, length: 0 };
  const span =
    offset >= source.text.trimEnd().length
      ? source.span(source.endOfContent(offset), 0)
      : source.span(offset, length);
  const code = error === undefined ? "ValueExpected" : printParseErrorCode(error.error);
  const meaning = meanings[code] ?? "expected JSON";
  const message = meaning.startsWith("expected")
    ? `${meaning}, found ${describeText(source.shown, offset)}`
    : meaning;
  return { root: undefined, problems: [createProblem({ type: "syntax", message, span })] };
}

function toNode(builder: TreeBuilder, node: Node, depth: number): ConfigNode {
  const span = builder.source.span(node.offset, node.length);
  if (!builder.fits(depth, span)) return createTable(span);
  if (node.type !== "array" && node.type !== "object") return { type: "scalar", value: node.value, span };
  if (node.type === "array") {
    return {
      type: "array",
      items: (node.children ?? []).map((item) => toNode(builder, item, depth + 1)),
      span,
    };
  }
  const table = createTable(span);
  for (const { children: [key, value] = [] } of node.children ?? []) {
    if (key === undefined || value === undefined) continue;
    const keySpan = builder.source.span(key.offset, key.length);
    if (builder.allows(String(key.value), keySpan)) {
      builder.add(table, String(key.value), keySpan, toNode(builder, value, depth + 1));
    }
  }
  return table;
}
