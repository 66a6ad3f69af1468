import { type AST, ParseError, parseTOML } from "toml-eslint-parser";
import { describeText } from "./describe.ts";
import {
  type ArrayNode,
  type ConfigNode,
  createTable,
  type ParsedDocument,
  type TableNode,
} from "./document.ts";
import { beyondParser, type ConfigLimits } from "./parser-limits.ts";
import { createProblem } from "./problem.ts";
import type { SourceText, Span } from "./source-text.ts";
import { duplicateKeyComplaint, explainTomlComplaint } from "./toml-syntax.ts";
import { duplicateKey, TreeBuilder } from "./tree-builder.ts";

/** Reads TOML (1.1, which all of 1.0 is part of): values and places come from the same tree. */
export function parseTomlDocument(source: SourceText, limits: ConfigLimits): ParsedDocument {
  let program: AST.TOMLProgram;
  try {
    program = parseTOML(source.text);
  } catch (error: unknown) {
    if (error instanceof ParseError) return syntaxError(source, error);
    if (error instanceof RangeError) return beyondParser(source, limits);
    throw error;
  }
  const builder = new TreeBuilder(source, limits);
  const root = createTable(source.span(0, 0));
  for (const statement of program.body[0].body) {
    if (statement.type === "TOMLKeyValue") addKeyValue(builder, root, statement, 0);
    else addTable(builder, root, statement);
  }
  return builder.finish(root);
}

function syntaxError(source: SourceText, error: ParseError): ParsedDocument {
  const atEnd = source.text.slice(error.index).trim() === "";
  const offset = atEnd ? source.endOfContent(error.index) : error.index;
  if (error.message === duplicateKeyComplaint) {
    const [key = ""] = /^(?:"[^"\n]*"|'[^'\n]*'|[\w-]+)/.exec(source.text.slice(offset)) ?? [];
    const name = key.replace(/^(["'])(.*)\1$/, "$2");
    return { root: undefined, problems: [duplicateKey(name, source.span(offset, key.length))] };
  }
  const message = explainTomlComplaint(error.message, () => describeText(source.shown, offset));
  return {
    root: undefined,
    problems: [createProblem({ type: "syntax", message, span: source.span(offset, 1) })],
  };
}

/** `a.b = 1`: dotted keys make tables on the way. */
function addKeyValue(builder: TreeBuilder, table: TableNode, pair: AST.TOMLKeyValue, depth: number): void {
  for (const [index, segment] of pair.key.keys.entries()) {
    const [name, span] = [nameOf(segment), spanOf(builder, segment)];
    depth += 1;
    if (!builder.allows(name, span) || !builder.fits(depth, span)) return;
    if (index === pair.key.keys.length - 1)
      builder.add(table, name, span, toNode(builder, pair.value, depth));
    else table = builder.tableIn(table, name, span);
  }
}

/** `[a.b]` and `[[a.b]]` with the lines under it. */
function addTable(builder: TreeBuilder, root: TableNode, header: AST.TOMLTable): void {
  const table = openTable(builder, root, header);
  if (table === undefined) return;
  for (const pair of header.body) addKeyValue(builder, table, pair, header.resolvedKey.length);
}

function openTable(builder: TreeBuilder, root: TableNode, header: AST.TOMLTable): TableNode | undefined {
  const segments = header.key.keys.values();
  let node: ConfigNode = root;
  for (const [index, step] of header.resolvedKey.entries()) {
    if (node.type === "array") {
      const items: ConfigNode[] = node.items;
      node = items[Number(step)] ?? createTable(spanOf(builder, header.key));
      if (items.length === step) items.push(node);
    } else if (node.type === "table") {
      const segment = segments.next().value;
      const span = spanOf(builder, segment ?? header.key);
      if (!builder.allows(String(step), span) || !builder.fits(index + 1, span)) return undefined;
      const isArray = typeof header.resolvedKey[index + 1] === "number";
      node = isArray ? arrayIn(builder, node, String(step), span) : builder.tableIn(node, String(step), span);
    }
  }
  if (node.type !== "table") return undefined;
  // A table that a longer header implied so far is where its own header is.
  node.span = spanOf(builder, header.key);
  return node;
}

function arrayIn(builder: TreeBuilder, table: TableNode, name: string, span: Span): ArrayNode {
  const there = table.entries.get(name)?.value;
  if (there?.type === "array") return there;
  const made: ArrayNode = { type: "array", items: [], span };
  builder.add(table, name, span, made);
  return made;
}

function toNode(builder: TreeBuilder, content: AST.TOMLContentNode, depth: number): ConfigNode {
  const span = spanOf(builder, content);
  if (!builder.fits(depth, span)) return createTable(span);
  if (content.type === "TOMLValue") return { type: "scalar", value: scalarOf(content), span };
  if (content.type === "TOMLArray") {
    return { type: "array", items: content.elements.map((item) => toNode(builder, item, depth + 1)), span };
  }
  const table = createTable(span);
  for (const pair of content.body) addKeyValue(builder, table, pair, depth);
  return table;
}

/** Dates stay text, as JSON has them, so that one schema fits both. */
const scalarOf = (content: AST.TOMLValue): string | number | boolean =>
  "datetime" in content ? content.datetime : content.value;

const nameOf = (key: AST.TOMLBare | AST.TOMLQuoted): string =>
  key.type === "TOMLBare" ? key.name : key.value;

const spanOf = ({ source }: TreeBuilder, { range: [start, end] }: AST.HasLocs): Span =>
  source.span(start, end - start);
