import { type ErrorSource, MonolakeError } from "./monolake-error.ts";

/** What all errors of one class have in common. */
export interface ErrorDefinition<Code extends string, Fields extends object> {
  readonly code: Code;
  readonly source: ErrorSource;
  readonly retryable: boolean;
  /** Lower case, what happened with which value, no full stop. */
  readonly message: (fields: Fields) => string;
}

/** What the constructor of a defined error takes: its data, and what caused it. */
export type ErrorFields<Fields extends object> = Fields & { readonly cause?: unknown };

/** The class that {@link defineError} makes. */
export interface ErrorClass<Code extends string, Fields extends object> {
  new (
    ...args: object extends Fields ? [fields?: ErrorFields<Fields>] : [fields: ErrorFields<Fields>]
  ): MonolakeError & { readonly code: Code } & Readonly<Fields>;
  readonly code: Code;
  readonly source: ErrorSource;
  readonly retryable: boolean;
}

/** Every defined error of this thread by its code; shared by all copies of this package. */
const registry = ((globalThis as { [key: symbol]: unknown })[Symbol.for("monolake.errors")] ??= new Map()) as Map<
  string,
  ErrorClass<string, object>
>;

/** The class that was defined for `code` in this thread, if its package was loaded. */
export const definedError = (code: string): ErrorClass<string, object> | undefined => registry.get(code);

/** Every code defined so far, in the order of definition: what docs/errors.md is generated from. */
export const definedErrors = (): readonly ErrorClass<string, object>[] => [...registry.values()];

/**
 * Makes the base of one error class. `instanceof` compares codes, so it also holds for errors that crossed a thread
 * and for those of another copy of the package.
 *
 * ```ts
 * export class ConnectTimeoutError extends defineError({
 *   code: "ERR_CONNECT_TIMEOUT", source: "upstream", retryable: true,
 *   message: (f: { address: string; timeoutMs: number }) => `connecting to ${f.address} took longer than ${f.timeoutMs} ms`,
 * }) {}
 * ```
 */
export function defineError<const Code extends string, Fields extends object>(
  definition: ErrorDefinition<Code, Fields>,
): ErrorClass<Code, Fields> {
  class DefinedError extends MonolakeError {
    static readonly code = definition.code;
    static readonly source = definition.source;
    static readonly retryable = definition.retryable;
    readonly code = definition.code;
    readonly source = definition.source;
    readonly retryable = definition.retryable;

    constructor(fields?: ErrorFields<Fields>) {
      const { cause, ...data } = (fields ?? {}) as ErrorFields<object>;
      super(definition.message(data as Fields), cause === undefined ? undefined : { cause });
      this.name = new.target.name;
      Object.assign(this, data);
    }

    static override [Symbol.hasInstance](error: unknown): boolean {
      return MonolakeError.is(error) && error.code === definition.code;
    }
  }
  const errorClass = DefinedError as unknown as ErrorClass<Code, Fields>;
  registry.set(definition.code, errorClass as unknown as ErrorClass<string, object>);
  return errorClass;
}
