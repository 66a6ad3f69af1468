import { type Document, isAlias, isMap, isScalar, isSeq, type Pair, parseDocument, type YAMLMap } from "yaml";
import { type ConfigNode, createTable, type ParsedDocument, type TableNode } from "./document.ts";
import { type ConfigLimits, tooDeep } from "./parser-limits.ts";
import { createProblem } from "./problem.ts";
import type { SourceText, Span } from "./source-text.ts";
import { TreeBuilder } from "./tree-builder.ts";
import { AliasBudget } from "./yaml-aliases.ts";
import { explainYamlComplaint } from "./yaml-syntax.ts";

/**
 * Reads YAML 1.2 with its core schema (`yes` is text, a date too): values and places come from the same tree. Anchors,
 * aliases and the merge key `<<` are understood; tags of one's own are not, and a file is one document.
 */
export function parseYamlDocument(source: SourceText, limits: ConfigLimits): ParsedDocument {
  const document = parseDocument(source.text, {
    schema: "core",
    prettyErrors: false,
    // TreeBuilder does, without comparing every key with every other.
    uniqueKeys: false,
    // Not "silent", which would also not see a second document.
    logLevel: "error",
  });
  const refusal = syntaxError(source, limits, document);
  if (refusal !== undefined) return refusal;
  return new YamlTree(source, limits).finish(document);
}

function syntaxError(
  source: SourceText,
  limits: ConfigLimits,
  { errors, warnings }: Document.Parsed,
): ParsedDocument | undefined {
  const [first] = [...errors, ...warnings].toSorted((a, b) => a.pos[0] - b.pos[0]);
  if (first === undefined) return undefined;
  const [start, end] = first.pos;
  if (first.code === "RESOURCE_EXHAUSTION") return tooDeep(source.span(start, 1), limits);
  const atEnd = source.text.slice(start).trim() === "";
  const span = atEnd
    ? source.span(source.endOfContent(start), 0)
    : source.span(start, Math.max(1, end - start));
  const message = explainYamlComplaint(first.code, first.message, source.shown, span.offset);
  return { root: undefined, problems: [createProblem({ type: "syntax", message, span })] };
}

type ParsedNode = Document.Parsed["contents"];

/** One document on its way into our tree. */
class YamlTree {
  readonly #builder: TreeBuilder;
  readonly #aliases: AliasBudget<ParsedNode>;

  constructor(source: SourceText, limits: ConfigLimits) {
    this.#builder = new TreeBuilder(source, limits);
    this.#aliases = new AliasBudget(this.#builder);
  }

  finish({ contents }: Document.Parsed): ParsedDocument {
    const start = this.#builder.source.span(0, 0);
    const root =
      contents === null || (isScalar(contents) && contents.source === "")
        ? createTable(start)
        : this.#node(contents, 0, start);
    return this.#builder.finish(root);
  }

  /** `near`: the place of a value that is not written, as in `key:`. */
  #node(node: ParsedNode, depth: number, near: Span): ConfigNode {
    const span = this.#spanOf(node) ?? near;
    if (!this.#builder.fits(depth, span)) return createTable(span);
    this.#aliases.count();
    if (isAlias(node)) return this.#aliased(node.source, depth, span);
    if (node?.anchor !== undefined) this.#aliases.define(node.anchor, node);
    if (isMap(node)) return this.#table(node, depth, span);
    if (isSeq(node)) {
      const items = node.items.map((item) => this.#node(item as ParsedNode, depth + 1, span));
      return { type: "array", items, span };
    }
    return { type: "scalar", value: scalarOf(node), span };
  }

  #aliased(name: string, depth: number, span: Span): ConfigNode {
    const node = this.#aliases.resolve(name, span);
    const made = node === undefined ? createTable(span) : this.#node(node, depth, span);
    this.#aliases.leave();
    return made;
  }

  #table(map: YAMLMap, depth: number, span: Span): TableNode {
    const table = createTable(span);
    const merged: ConfigNode[] = [];
    for (const pair of map.items as Pair<ParsedNode, ParsedNode>[]) {
      const { key } = pair;
      const keySpan = this.#spanOf(key) ?? span;
      if (isScalar(key) && key.type === "PLAIN" && key.value === "<<") {
        merged.push(this.#node(pair.value, depth + 1, keySpan));
        continue;
      }
      const name = isScalar(key) ? (key.source ?? String(key.value)) : undefined;
      if (name === undefined) this.#builder.report("expected a key that is text", keySpan);
      else if (this.#builder.allows(name, keySpan))
        this.#builder.add(table, name, keySpan, this.#node(pair.value, depth + 1, keySpan));
    }
    for (const node of merged) this.#merge(table, node);
    return table;
  }

  /** `<<`: the keys of another table, or of a list of them, that this one does not have itself. */
  #merge(table: TableNode, node: ConfigNode): void {
    if (node.type === "scalar")
      return this.#builder.report("expected a table, or a list of tables, to merge with <<", node.span);
    const tables = node.type === "array" ? node.items : [node];
    for (const other of tables) {
      if (other.type !== "table") this.#builder.report("expected a table to merge with <<", other.span);
      else
        for (const [name, entry] of other.entries)
          if (!table.entries.has(name)) table.entries.set(name, entry);
    }
  }

  #spanOf(node: ParsedNode): Span | undefined {
    if (node?.range == null) return undefined;
    const [start, end] = node.range;
    return this.#builder.source.span(start, end - start);
  }
}

function scalarOf(node: ParsedNode): string | number | boolean | null {
  const value: unknown = isScalar(node) ? node.value : null;
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}
