import type { ConfigPath, ConfigProblem } from "./problem.ts";
import type { Span } from "./source-text.ts";

/** A configuration file as a tree, the same for every format: each value and key with its place. */
export type ConfigNode = TableNode | ArrayNode | ScalarNode;

export interface TableNode {
  readonly type: "table";
  readonly entries: Map<string, TableEntry>;
  /** The table itself, or the header that opens it. */
  span: Span;
  /** Entries by what they were renamed to, for those who look for them by that name. */
  renamed?: Map<string, TableEntry>;
}

export interface TableEntry {
  key: Span;
  readonly value: ConfigNode;
}

export interface ArrayNode {
  readonly type: "array";
  readonly items: ConfigNode[];
  readonly span: Span;
}

export interface ScalarNode {
  readonly type: "scalar";
  value: string | number | boolean | null;
  readonly span: Span;
  /** There when the string that is written has references, or escapes of them. */
  reference?: ReferenceUse;
  /** There when it must not be shown. */
  isSecret?: true;
}

/** How the value of a string came from references. */
export interface ReferenceUse {
  /** The string as it is written: what may be shown of the value. */
  readonly written: string;
  /** Whether it is one reference and nothing else. */
  readonly isWhole: boolean;
  /** False: the value is still what is written, and that is a problem already. */
  readonly isResolved: boolean;
}

/** What a parser gives: the tree unless the text cannot be understood, and what is wrong with it. */
export interface ParsedDocument {
  readonly root: ConfigNode | undefined;
  readonly problems: readonly ConfigProblem[];
}

export const createTable = (span: Span): TableNode => ({ type: "table", entries: new Map(), span });

/** Keys that would reach the prototype of an ordinary object in code that copies without care. */
export const forbiddenKeys: ReadonlySet<string> = new Set(["__proto__"]);

/**
 * The value of a tree, tables as objects without prototype. `onTable` hears of every object and its node.
 * The depth is that of the tree, which the parsers bound.
 */
export function toPlainValue(node: ConfigNode, onTable: (value: object, node: TableNode) => void): unknown {
  switch (node.type) {
    case "scalar":
      return node.value;
    case "array":
      return node.items.map((item) => toPlainValue(item, onTable));
    case "table": {
      const value = Object.create(null) as Record<string, unknown>;
      for (const [key, entry] of node.entries) value[key] = toPlainValue(entry.value, onTable);
      onTable(value, node);
      return value;
    }
    default:
      node satisfies never;
      throw new TypeError("unknown type of node");
  }
}

/** What stands at a path: as far as it goes. */
export interface FoundNode {
  /** The value at the path, or undefined where the file has none. */
  readonly node: ConfigNode | undefined;
  /** The key of that value, when it is in a table. */
  readonly key: Span | undefined;
  /** The last value on the way that exists: the table that lacks the key. */
  readonly nearest: ConfigNode;
}

/** The entry that a table has by a name, also one that it was given. */
export const entryOf = ({ entries, renamed }: TableNode, key: string): TableEntry | undefined =>
  renamed?.get(key) ?? entries.get(key);

export function findNode(root: ConfigNode, path: ConfigPath): FoundNode {
  let node = root;
  let key: Span | undefined;
  for (const step of path) {
    const entry = node.type === "table" ? entryOf(node, String(step)) : undefined;
    const next = entry?.value ?? (node.type === "array" ? node.items[Number(step)] : undefined);
    if (next === undefined) return { node: undefined, key: undefined, nearest: node };
    key = entry?.key;
    node = next;
  }
  return { node, key, nearest: node };
}

/** A path as the file has it: by the names of keys that are written, and not below a value that stands for a table. */
export function writtenPath(root: ConfigNode, path: ConfigPath): ConfigPath {
  const written: (string | number)[] = [];
  let node: ConfigNode | undefined = root;
  for (const step of path) {
    if (node?.type === "scalar") break;
    written.push(node?.type === "table" ? (nameIn(node, String(step)) ?? step) : step);
    node = node === undefined ? undefined : findNode(node, [step]).node;
  }
  return written;
}

/** The name that a table has for what it was renamed to. */
const nameIn = ({ entries, renamed }: TableNode, key: string): string | undefined =>
  renamed?.has(key) === true ? [...entries].find(([, entry]) => entry === renamed.get(key))?.[0] : undefined;
