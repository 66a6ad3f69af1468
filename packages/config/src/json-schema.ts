import { z } from "zod";
import type { ConfigSchema } from "./schema-problems.ts";

/** A JSON Schema (draft 2020-12), as far as it is looked at here. Plain data. */
export interface JsonSchema {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly [keyword: string]: unknown;
}

/** How a schema is written down. */
export interface JsonSchemaOptions {
  readonly title?: string;
  /** Where it is published. */
  readonly id?: string;
  /** Numbers, booleans and words may be a reference, `"${env:PORT}"`, too: for those who read with `references`. Default false. */
  readonly references?: boolean;
  /** The text may be one file of several, which are one configuration: the outermost table has no key that is required. Default false. */
  readonly severalFiles?: boolean;
}

/**
 * The JSON Schema of a configuration, for editors (completion, checks while typing) and for reference pages: what may be
 * written, with defaults and descriptions. Checks that are functions (`refine`) are not in it: `parseConfig` has the last word.
 */
export function jsonSchemaOf(schema: ConfigSchema<unknown>, options: JsonSchemaOptions = {}): JsonSchema {
  const { $schema, ...root } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  const referable = options.references === true;
  const { title, id, severalFiles = false } = options;
  const { required, ...rest } = rewrite(root as JsonSchema, referable);
  return {
    ...(id === undefined ? {} : { $id: id }),
    $schema,
    ...(title === undefined ? {} : { title }),
    ...rest,
    ...(required === undefined || severalFiles ? {} : { required }),
  };
}

function rewrite(schema: JsonSchema, referable: boolean): JsonSchema {
  const { [aliasesKeyword]: aliases, ...plain } = schema;
  const named =
    aliases === undefined ? plain : withAliases(plain, aliases as Readonly<Record<string, AliasOf>>);
  const inner = rewriteBelow(named, referable);
  if (!referable) return withoutSafeIntegers(inner);
  return isReferable(inner) ? orReference(inner) : withUnknownVariant(inner);
}

function rewriteBelow(schema: JsonSchema, referable: boolean): JsonSchema {
  const all = (list: readonly JsonSchema[]) => list.map((item) => rewrite(item, referable));
  const { properties, items, anyOf, oneOf, additionalProperties } = schema;
  return {
    ...schema,
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([key, value]) => [key, rewrite(value, referable)]),
      ),
    }),
    ...(typeof additionalProperties === "object" && {
      additionalProperties: rewrite(additionalProperties, referable),
    }),
    ...(items && { items: rewrite(items, referable) }),
    ...(anyOf && { anyOf: all(anyOf) }),
    ...(oneOf && { oneOf: all(oneOf) }),
  };
}

/** Which of the variants it is may be said by a reference; nobody knows what else may be there then. */
function withUnknownVariant(schema: JsonSchema): JsonSchema {
  const { oneOf } = schema;
  const [first, ...others] = oneOf ?? [];
  const isWord = ({ properties }: JsonSchema, key: string) => properties?.[key]?.const !== undefined;
  const key = Object.keys(first?.properties ?? {}).find((name) =>
    [first, ...others].every((variant) => variant !== undefined && isWord(variant, name)),
  );
  if (oneOf === undefined || key === undefined) return schema;
  const unknown = { type: "object", properties: { [key]: reference }, required: [key] };
  return { ...schema, oneOf: [...oneOf, unknown] };
}

/** What `alias` leaves at a schema: the names, and what they are names of. */
export const aliasesKeyword = "x-aliases";

interface AliasOf {
  readonly key: string;
  readonly deprecated?: string | undefined;
}

/** The other names of keys are keys too, in every variant that has the key. */
function withAliases(schema: JsonSchema, aliases: Readonly<Record<string, AliasOf>>): JsonSchema {
  const variants = (list: readonly JsonSchema[]) => list.map((item) => withAliases(item, aliases));
  const { properties, anyOf, oneOf } = schema;
  if (anyOf !== undefined) return { ...schema, anyOf: variants(anyOf) };
  if (oneOf !== undefined) return { ...schema, oneOf: variants(oneOf) };
  if (properties === undefined) return schema;
  const names = Object.entries(aliases)
    .filter(([, { key }]) => key in properties)
    .map(([name, { key, deprecated }]) => [
      name,
      {
        ...properties[key],
        description: `Another name of ${key}`,
        ...(deprecated === undefined ? {} : { deprecated: true }),
      },
    ]);
  return { ...schema, properties: { ...properties, ...Object.fromEntries(names) } };
}

const isReferable = ({ type, enum: words, pattern }: JsonSchema): boolean =>
  type === "integer" || type === "number" || type === "boolean" || (words ?? pattern) !== undefined;

const reference = { type: "string", pattern: "\\$\\{(?:env|file):" };

function orReference(schema: JsonSchema): JsonSchema {
  const { description, default: value, ...rest } = withoutSafeIntegers(schema);
  return {
    ...(description === undefined ? {} : { description }),
    ...(value === undefined ? {} : { default: value }),
    anyOf: [rest, reference],
  };
}

/** Bounds that only say what a JavaScript number can count tell nobody anything. */
function withoutSafeIntegers(schema: JsonSchema): JsonSchema {
  const { minimum, maximum, ...rest } = schema;
  return {
    ...rest,
    ...(minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? {} : { minimum }),
    ...(maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? {} : { maximum }),
  };
}
