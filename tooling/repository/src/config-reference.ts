/** The parts of a JSON Schema that the reference shows. */
export interface SchemaNode {
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly items?: SchemaNode;
  readonly additionalProperties?: SchemaNode | boolean;
}

/** One key of the configuration. */
export interface ReferenceRow {
  /** `listener.backlog`, `routes[].path`. */
  readonly key: string;
  readonly type: string;
  /** As it is written; `required`, or empty where nothing is the default. */
  readonly fallback: string;
  readonly unit: string;
  readonly meaning: string;
}

const units: readonly (readonly [suffix: RegExp, unit: string])[] = [
  [/_bytes_per_sec$/, "bytes per second"],
  [/_sec$/, "seconds"],
  [/_ms$/, "milliseconds"],
  [/_bytes$/, "bytes"],
  [/_mib$/, "MiB"],
];

const unitOf = (key: string): string => units.find(([suffix]) => suffix.test(key))?.[1] ?? "";

const alternatives = ({ anyOf, oneOf }: SchemaNode): readonly SchemaNode[] => anyOf ?? oneOf ?? [];

/** The rows of a table's keys, and of those below them, in the order of the schema. */
export function rowsOf(table: SchemaNode, prefix = ""): ReferenceRow[] {
  const own = Object.entries(table.properties ?? {}).flatMap(([name, node]) => {
    const key = `${prefix}${name}`;
    const row: ReferenceRow = {
      key,
      type: typeOf(node),
      fallback: table.required?.includes(name) === true ? "required" : fallbackOf(node),
      unit: unitOf(name),
      meaning: node.description ?? "",
    };
    return [row, ...rowsBelow(node, key)];
  });
  return mergeVariants([own, ...alternatives(table).map((variant) => rowsOf(variant, prefix))]);
}

function rowsBelow(node: SchemaNode, key: string): ReferenceRow[] {
  const { items, additionalProperties: values } = node;
  if (items !== undefined) return rowsBelow(items, `${key}[]`);
  if (typeof values === "object" && node.properties === undefined) return rowsBelow(values, `${key}.NAME`);
  const variants = alternatives(node).filter(hasKeys);
  if (variants.length === 0) return rowsOf(node, `${key}.`);
  return mergeVariants(variants.map((variant) => rowsBelow(variant, key)));
}

const hasKeys = (node: SchemaNode): boolean =>
  node.properties !== undefined ||
  (node.items !== undefined && hasKeys(node.items)) ||
  alternatives(node).some(hasKeys);

/** Rows of variants of one table: what is the same in several is there once, and words of one key are one row. */
function mergeVariants(variants: readonly (readonly ReferenceRow[])[]): ReferenceRow[] {
  const merged: ReferenceRow[] = [];
  for (const row of variants.flat()) {
    const at = merged.findIndex(({ key, meaning }) => key === row.key && meaning === row.meaning);
    const there = merged[at];
    if (there === undefined) merged.splice(placeFor(row, merged), 0, row);
    else if (there.type !== row.type && !there.type.split(", ").includes(row.type))
      merged[at] = { ...there, type: `${there.type}, ${row.type}` };
  }
  return merged;
}

/** Behind the last row of the same key or of one below it, or at the end. */
function placeFor({ key }: ReferenceRow, rows: readonly ReferenceRow[]): number {
  const last = rows.findLastIndex(
    (row) => row.key === key || row.key.startsWith(`${key}.`) || row.key.startsWith(`${key}[`),
  );
  return last === -1 ? rows.length : last + 1;
}

const codeOf = (value: unknown): string =>
  `\`${typeof value === "string" ? JSON.stringify(value) : String(value)}\``;

function typeOf(node: SchemaNode): string {
  if (node.const !== undefined) return codeOf(node.const);
  if (node.enum !== undefined) return node.enum.map(codeOf).join(", ");
  if (node.items !== undefined) return `list of ${plural(typeOf(node.items))}`;
  switch (node.type) {
    case "integer":
      return `integer${rangeOf(node)}`;
    case "number":
      return `number${rangeOf(node)}`;
    case "boolean":
      return "`true` or `false`";
    case "object":
      return typeof node.additionalProperties === "object" && node.properties === undefined
        ? `table of ${plural(typeOf(node.additionalProperties))} by name`
        : "table";
    default:
      return node.type ?? ([...new Set(alternatives(node).map(typeOf))].join(" or ") || "any value");
  }
}

const plural = (type: string): string =>
  /^(?:string|table|integer|number)$/.test(type) ? `${type}s` : `(${type})`;

function rangeOf({ minimum, exclusiveMinimum, maximum }: SchemaNode): string {
  if (exclusiveMinimum !== undefined && maximum !== undefined)
    return `, above ${exclusiveMinimum}, at most ${maximum}`;
  if (minimum !== undefined && maximum !== undefined) return `, ${minimum} to ${maximum}`;
  if (minimum !== undefined) return `, at least ${minimum}`;
  return maximum === undefined ? "" : `, at most ${maximum}`;
}

function fallbackOf({ default: value }: SchemaNode): string {
  if (value === undefined) return "";
  if (Array.isArray(value) && value.length === 0) return "none";
  return typeof value === "object" ? "see its keys" : codeOf(value);
}
