import { quote } from "./describe.ts";
import {
  type ConfigNode,
  createTable,
  forbiddenKeys,
  type ParsedDocument,
  type TableNode,
} from "./document.ts";
import { type ConfigLimits, tooDeep } from "./parser-limits.ts";
import { type ConfigProblem, createProblem } from "./problem.ts";
import type { SourceText, Span } from "./source-text.ts";

/** What every format needs to turn its parser's tree into ours: the checks that none of them may skip. */
export class TreeBuilder {
  readonly source: SourceText;
  readonly #limits: ConfigLimits;
  readonly #problems: ConfigProblem[] = [];
  #tooDeep: Span | undefined;
  #refusal: ConfigProblem | undefined;

  constructor(source: SourceText, limits: ConfigLimits) {
    this.source = source;
    this.#limits = limits;
  }

  /** Whether a value may stand at this depth (the root's is 0). Remembers the first that may not. */
  fits(depth: number, span: Span): boolean {
    if (depth <= this.#limits.maxDepth) return true;
    this.#tooDeep ??= span;
    return false;
  }

  /** Whether a table may have this key at all. */
  allows(key: string, span: Span): boolean {
    if (!forbiddenKeys.has(key)) return true;
    const message = `expected another name, found the key ${quote(key)}, which no table may have`;
    this.#problems.push(createProblem({ type: "forbidden-key", message, span }));
    return false;
  }

  /** Adds a value; the first of two with the same key stays. */
  add(table: TableNode, name: string, key: Span, value: ConfigNode): void {
    const first = table.entries.get(name);
    if (first === undefined) {
      table.entries.set(name, { key, value });
      return;
    }
    this.#problems.push(duplicateKey(name, key, first.key));
  }

  /** The table `name` of `table`, made when it is not there yet. */
  tableIn(table: TableNode, name: string, key: Span): TableNode {
    const there = table.entries.get(name)?.value;
    if (there?.type === "table") return there;
    const made = createTable(key);
    this.add(table, name, key, made);
    return made;
  }

  /** Something that the format allows and no configuration may have. */
  report(message: string, span: Span): void {
    this.#problems.push(createProblem({ type: "syntax", message, span }));
  }

  /** The tree is too large to be looked at any further. */
  giveUp(message: string, span: Span): void {
    this.#refusal ??= createProblem({ type: "limit", message, span });
  }

  finish(root: ConfigNode): ParsedDocument {
    if (this.#refusal !== undefined) return { root: undefined, problems: [this.#refusal] };
    if (this.#tooDeep !== undefined) return tooDeep(this.#tooDeep, this.#limits);
    return { root, problems: this.#problems };
  }
}

/** `span`: of the key that is one too many; `first`: of the one that stays, where it is known. */
export function duplicateKey(name: string, span: Span, first?: Span): ConfigProblem {
  const message = `expected each key once, found ${quote(name)} again${first === undefined ? "" : `, first in ${placeOf(first, span)}`}`;
  return createProblem({ type: "duplicate-key", message, span });
}

/** Where a span is, for somebody who looks at another one. */
function placeOf(span: Span, from: Span): string {
  const { file, line, column } = span.source.position(span);
  return span.source === from.source ? `line ${line}` : `${file}:${line}:${column}`;
}
