import { dirname, resolve } from "node:path";
import { ConcealedValues } from "./concealed-values.ts";
import { quote } from "./describe.ts";
import type { ConfigNode, ScalarNode } from "./document.ts";
import type { ConfigLimits } from "./parser-limits.ts";
import { type ConfigPath, type ConfigProblem, createProblem, type ProblemParts } from "./problem.ts";
import { type ReferencedText, readReferencedFile } from "./read-referenced-file.ts";
import { partsOf, type Reference, type StringPart } from "./reference-syntax.ts";
import type { Span } from "./source-text.ts";

/** What became of the references of a file. */
export interface ResolvedReferences {
  /** Of each that stands for nothing. */
  readonly problems: readonly ConfigProblem[];
  readonly concealed: ConcealedValues;
}

export const noReferences = (): ResolvedReferences => ({ problems: [], concealed: new ConcealedValues() });

/** Puts the values of `${env:NAME}` and `${file:PATH}` into the strings of a tree. */
export function resolveReferences(root: ConfigNode, limits: ConfigLimits): ResolvedReferences {
  const resolver = new ReferenceResolver(limits);
  for (const { node, path } of stringsIn(root, [])) resolver.resolve(node, path);
  return resolver;
}

/** The absolute paths of all `${file:PATH}` in the tree of a configuration file. */
export function referencedFiles(root: ConfigNode): string[] {
  const paths = [...stringsIn(root, [])].flatMap(({ node: { value, span } }) =>
    (partsOf(value) ?? [])
      .filter((part) => typeof part !== "string" && part.type === "file")
      .map(({ path }) => absolute(span, path)),
  );
  return [...new Set(paths)];
}

/** A relative path starts from the folder of the file that it is written in. */
const absolute = ({ source }: Span, path: string): string => resolve(dirname(source.file), path);

type StringNode = ScalarNode & { value: string };

function* stringsIn(node: ConfigNode, path: ConfigPath): Generator<{ node: StringNode; path: ConfigPath }> {
  if (node.type === "scalar") {
    if (typeof node.value === "string") yield { node: node as StringNode, path };
  } else if (node.type === "array") {
    for (const [index, item] of node.items.entries()) yield* stringsIn(item, [...path, index]);
  } else for (const [key, { value }] of node.entries) yield* stringsIn(value, [...path, key]);
}

class ReferenceResolver implements ResolvedReferences {
  readonly problems: ConfigProblem[] = [];
  readonly concealed = new ConcealedValues();
  readonly #limits: ConfigLimits;
  readonly #files = new Map<string, ReferencedText>();
  #bytes = 0;

  constructor(limits: ConfigLimits) {
    this.#limits = limits;
  }

  resolve(node: StringNode, path: ConfigPath): void {
    const written = node.value;
    const parts = partsOf(written);
    if (parts === undefined) return;
    const values = parts.map((part) => this.#valueOf(part, { node, path }));
    const known = values.filter((value) => value !== undefined);
    const isResolved = known.length === values.length && this.#hasRoomFor(known, { node, path });
    const isWhole = parts.length === 1 && typeof parts[0] !== "string";
    node.reference = { written, isWhole, isResolved };
    if (!isResolved) return;
    node.value = known.join("");
    if (parts.some((part) => typeof part !== "string")) this.concealed.add(node.value, written);
  }

  #valueOf(part: StringPart, at: PlaceOfString): string | undefined {
    if (typeof part === "string") return part;
    if (part.type === "malformed") {
      const expected = `expected ${hint}, found ${quote(part.text)} (for the text $\{ write $$\{)`;
      return this.#report(at, { text: part.text, type: "wrong-value", message: expected });
    }
    const value = part.type === "env" ? this.#variable(part, at) : this.#file(part, at);
    if (value !== undefined && value !== (part.type === "env" ? part.fallback : undefined))
      this.concealed.add(value, part.text);
    return value;
  }

  #variable({ text, name, fallback }: Reference & { type: "env" }, at: PlaceOfString): string | undefined {
    const value = process.env[name];
    if (fallback !== undefined) return value === undefined || value === "" ? fallback : value;
    if (value !== undefined) return value;
    const message = `${text}: the environment variable ${name} is not set`;
    return this.#report(at, { text, type: "unresolved-reference", message });
  }

  #file({ text, path }: Reference & { type: "file" }, at: PlaceOfString): string | undefined {
    const file = absolute(at.node.span, path);
    const read = this.#files.get(file) ?? readReferencedFile(file);
    this.#files.set(file, read);
    if ("text" in read) return read.text;
    const message = `${text}: cannot read the file ${JSON.stringify(file)}: ${read.reason}`;
    return this.#report(at, { text, type: "unresolved-reference", message });
  }

  /** A few lines that name one large file again and again can stand for any amount of text. */
  #hasRoomFor(values: readonly string[], at: PlaceOfString): boolean {
    const { maxBytes } = this.#limits;
    if (this.#bytes > maxBytes) return false;
    for (const value of values) this.#bytes += Buffer.byteLength(value);
    if (this.#bytes <= maxBytes) return true;
    const message = `expected at most ${maxBytes} bytes in strings with references, found more`;
    this.#report(at, { text: at.node.value, type: "limit", message });
    return false;
  }

  /** At the reference itself, where the string is written as it is read. */
  #report({ node, path }: PlaceOfString, { text, ...problem }: ReferenceProblem): undefined {
    const { source, offset, length } = node.span;
    const index = source.text.slice(offset, offset + length).indexOf(text);
    const span = index === -1 ? node.span : source.span(offset + index, text.length);
    this.problems.push(createProblem({ ...problem, path, span }));
  }
}

interface PlaceOfString {
  readonly node: StringNode;
  readonly path: ConfigPath;
}

type ReferenceProblem = Pick<ProblemParts, "type" | "message"> & { readonly text: string };

const hint = "${env:NAME}, ${env:NAME:-default} or ${file:PATH}";
