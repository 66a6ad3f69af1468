import { z } from "zod";
import { quote } from "./describe.ts";
import { entryOf } from "./document.ts";
import { aliasesKeyword } from "./json-schema.ts";
import { keepOrigin, originOf } from "./validation-run.ts";

/** What another name of a key stands for. */
export interface KeyAlias {
  /** The key that the schema has. */
  readonly key: string;
  /** Makes the use of the name a warning; says what to do instead, lower case, no full stop. */
  readonly deprecated?: string;
}

/**
 * Lets keys of a table have other names too. What is wrong below such a key is reported at its place in the file. A
 * table that has both names of one key is an error.
 *
 * ```ts
 * alias(z.strictObject({ timeout: z.number() }), { http_timeout: "timeout" });
 * ```
 */
export function alias<Schema extends z.ZodType>(
  schema: Schema,
  names: Readonly<Record<string, string | KeyAlias>>,
) {
  const aliases = Object.entries(names).map(([name, to]) => ({
    name,
    ...(typeof to === "string" ? { key: to } : to),
  }));
  return z
    .preprocess((value) => {
      if (!isTable(value)) return value;
      const copy = keepOrigin(Object.assign(Object.create(null), value) as Record<string, unknown>, value);
      for (const { name, key, deprecated } of aliases) {
        if (!Object.hasOwn(value, name)) continue;
        delete copy[name];
        if (deprecated !== undefined) warn(value, name, deprecated);
        if (Object.hasOwn(value, key)) reportBoth(value, name, key);
        else copy[key] = rename(value, name, key);
      }
      return copy;
    }, schema)
    .meta({ [aliasesKeyword]: Object.fromEntries(aliases.map(({ name, ...to }) => [name, to])) });
}

/**
 * Makes keys of a table a warning where a file has them; they stay valid. `notes` says for each what to do instead,
 * lower case, no full stop.
 *
 * ```ts
 * deprecated(z.strictObject({ threads: z.number().optional() }), { threads: 'use "workers"' });
 * ```
 */
export function deprecated<Schema extends z.ZodType>(
  schema: Schema,
  notes: Readonly<Record<string, string>>,
) {
  return z.preprocess((value) => {
    if (!isTable(value)) return value;
    for (const [key, note] of Object.entries(notes)) if (Object.hasOwn(value, key)) warn(value, key, note);
    return value;
  }, schema);
}

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function warn(table: object, key: string, note: string): void {
  const origin = originOf(table);
  const span = origin && entryOf(origin.node, key)?.key;
  if (origin === undefined || span === undefined) return;
  const message = `${quote(key)} is deprecated: ${note}`;
  origin.run.report({ type: "deprecated-key", severity: "warning", message, span });
}

function reportBoth(table: object, name: string, key: string): void {
  const origin = originOf(table);
  const span = origin && entryOf(origin.node, name)?.key;
  if (origin === undefined || span === undefined) return;
  const message = `expected ${quote(key)} or its other name ${quote(name)}, found both`;
  origin.run.report({ type: "duplicate-key", message, span });
}

/** Also in the tree, so that what is wrong below the key is found there. */
function rename(table: Record<string, unknown>, name: string, key: string): unknown {
  const node = originOf(table)?.node;
  const entry = node && entryOf(node, name);
  if (node !== undefined && entry !== undefined) {
    node.renamed ??= new Map();
    node.renamed.set(key, entry);
  }
  return table[name];
}
