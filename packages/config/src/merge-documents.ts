import { describeNode } from "./describe.ts";
import type { ConfigNode, ParsedDocument, TableEntry, TableNode } from "./document.ts";
import { type ConfigPath, type ConfigProblem, createProblem } from "./problem.ts";
import { duplicateKey } from "./tree-builder.ts";

/** Keys of the outermost table that are about their file, not about what is configured: for editors. */
const keysOfFiles: ReadonlySet<string> = new Set(["$schema"]);

/**
 * Makes one tree of several: a table that two files have is one, with the keys of both. Anything else may be in one file
 * only: the first stays, and the problem is at the second, one for each two tables that contradict each other.
 */
export function mergeDocuments(roots: readonly ConfigNode[]): ParsedDocument {
  const tables = roots.filter((root) => root.type === "table");
  // Alone, it may be what it likes: the schema decides.
  if (roots.length === 1) return { root: roots[0], problems: [] };
  if (tables.length < roots.length) return { root: undefined, problems: roots.flatMap(noTable) };
  const problems: ConfigProblem[] = [];
  const root = tables.reduce((all, next) => mergeTables({ first: all, second: next, path: [] }, problems));
  return { root, problems };
}

function noTable(root: ConfigNode): ConfigProblem[] {
  if (root.type === "table") return [];
  const message = `expected a table, as in each of several files, found ${describeNode(root)}`;
  return [createProblem({ type: "wrong-type", message, span: root.span })];
}

interface MergedTables {
  readonly first: TableNode;
  readonly second: TableNode;
  readonly path: ConfigPath;
}

function mergeTables({ first, second, path }: MergedTables, problems: ConfigProblem[]): TableNode {
  const merged: TableNode = { ...first, entries: new Map(first.entries) };
  const shared: { name: string; there: TableEntry; entry: TableEntry }[] = [];
  for (const [name, entry] of second.entries) {
    const there = first.entries.get(name);
    if (there === undefined) merged.entries.set(name, entry);
    else if (path.length > 0 || !keysOfFiles.has(name)) shared.push({ name, there, entry });
  }
  const contradiction = shared.find(
    ({ there, entry }) => there.value.type !== "table" || entry.value.type !== "table",
  );
  if (contradiction !== undefined) {
    const { name, there, entry } = contradiction;
    problems.push({ ...duplicateKey(name, entry.key, there.key), path: [...path, name] });
    return merged;
  }
  for (const { name, there, entry } of shared) {
    if (there.value.type !== "table" || entry.value.type !== "table") continue;
    const value = mergeTables({ first: there.value, second: entry.value, path: [...path, name] }, problems);
    merged.entries.set(name, { key: there.key, value });
  }
  return merged;
}
