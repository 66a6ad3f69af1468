import { quote } from "./describe.ts";
import type { Span } from "./source-text.ts";
import type { TreeBuilder } from "./tree-builder.ts";

/** What aliases may add to a file: a few lines of them can stand for billions of values. */
const maxAliasedValues = 10_000;

/** The anchors of one document, and how much of it comes from aliases. */
export class AliasBudget<Node> {
  readonly #builder: TreeBuilder;
  readonly #anchors = new Map<string, Node>();
  #within = 0;
  #made = 0;
  #place: Span;

  constructor(builder: TreeBuilder) {
    this.#builder = builder;
    this.#place = builder.source.span(0, 0);
  }

  /** An anchor; a later one of the same name takes its place for the aliases that follow. */
  define(name: string, node: Node): void {
    this.#anchors.set(name, node);
  }

  /** Counts a value of the tree. */
  count(): void {
    if (this.#within === 0) return;
    this.#made += 1;
    if (this.#made === maxAliasedValues + 1)
      this.#builder.giveUp(`expected at most ${maxAliasedValues} values by aliases, found more`, this.#place);
  }

  /** What an alias stands for; nothing when it has none, or when there were too many. Ended by `leave`. */
  resolve(name: string, span: Span): Node | undefined {
    if (this.#within === 0) this.#place = span;
    this.#within += 1;
    if (this.#made > maxAliasedValues) return undefined;
    if (!this.#anchors.has(name))
      this.#builder.report(`expected an anchor ${quote(`&${name}`)} before this alias`, span);
    return this.#anchors.get(name);
  }

  leave(): void {
    this.#within -= 1;
  }
}
