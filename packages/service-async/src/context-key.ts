import { MissingContextError } from "./errors.ts";

declare const valueType: unique symbol;

/** Names one slot of a request's context, and the type that it holds. */
export interface ContextKey<in out Name extends string, in out Value> {
  /** The name of the property that holds the value. */
  readonly name: Name;
  /** Exists for the compiler only. */
  readonly [valueType]?: Value;
}

/** Makes a key: `const peerAddr = contextKey<PeerAddr>()("peerAddr")`. */
export const contextKey =
  <Value>() =>
  <const Name extends string>(name: Name): ContextKey<Name, Value> => ({ name });

/** A context in which the slot of `Key` is certainly filled: what a service asks for. */
export type Has<Key> =
  Key extends ContextKey<infer Name, infer Value> ? { readonly [_ in Name]: Value } : never;

/** A context in which the slot of `Key` may be filled: what a service asks for that can do without. */
export type MayHave<Key> =
  Key extends ContextKey<infer Name, infer Value> ? { readonly [_ in Name]?: Value | undefined } : never;

/**
 * The value in a slot of a context whose type does not promise it; where the type does, read the property.
 *
 * @throws {MissingContextError} `ERR_MISSING_CONTEXT` when the slot is empty.
 */
export function requireFrom<Name extends string, Value>(
  context: object,
  key: ContextKey<Name, Value>,
): Value {
  const value = (context as { readonly [_ in Name]?: Value })[key.name];
  if (value === undefined) throw new MissingContextError({ slot: key.name });
  return value;
}
