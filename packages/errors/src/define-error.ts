import { registerError } from "./error-registry.ts";
import { type ErrorSource, MonolakeError } from "./monolake-error.ts";

/** What all errors of one class have in common. */
export interface ErrorDefinition<Code extends string, Fields extends object> {
  /** Stable and unique, upper case, for instance `ERR_CONNECT_TIMEOUT`. */
  readonly code: Code;
  /** Who caused the failure. */
  readonly source: ErrorSource;
  /** Whether the same call may succeed when it is made again, perhaps elsewhere. */
  readonly retryable: boolean;
  /** Lower case, what happened with which value, no full stop. */
  readonly message: (fields: Fields) => string;
}

/** What the constructor of a defined error takes: its data, and what caused it. */
export type ErrorFields<Fields extends object> = Fields & { readonly cause?: unknown };

/** The names that every error has already, so that no field may have them. */
export type ReservedErrorField = "cause" | "code" | "message" | "name" | "retryable" | "source" | "stack";

/** Accepts every set of fields but one that uses a reserved name. */
export type WithoutReserved<Fields> = [keyof Fields & ReservedErrorField] extends [never]
  ? unknown
  : {
      readonly message: `every error has a '${keyof Fields & ReservedErrorField}' of its own: rename the field`;
    };

/** The class that {@link defineError} makes. */
export interface ErrorClass<Code extends string, Fields extends object> {
  new (
    ...args: object extends Fields ? [fields?: ErrorFields<Fields>] : [fields: ErrorFields<Fields>]
  ): MonolakeError & {
    readonly code: Code;
    readonly source: ErrorSource;
    readonly retryable: boolean;
  } & Readonly<Fields>;
  /** The class's name as its code spells it: `ConnectTimeoutError` for `ERR_CONNECT_TIMEOUT`. */
  readonly name: string;
  readonly code: Code;
  readonly source: ErrorSource;
  readonly retryable: boolean;
}

/**
 * Makes the base of one error class. `instanceof` compares codes, so it also holds for errors that crossed a thread
 * and for those of another copy of the package. For that reason an error class has data and no methods.
 *
 * A code may be defined again, as a package that is loaded twice does: nothing is thrown, `definedError` keeps the
 * first class, and `conflictingErrors` tells when the second meant something else.
 *
 * ```ts
 * export class ConnectTimeoutError extends defineError({
 *   code: "ERR_CONNECT_TIMEOUT", source: "upstream", retryable: true,
 *   message: (f: { address: string; timeoutMs: number }) => `connecting to ${f.address} took longer than ${f.timeoutMs} ms`,
 * }) {}
 * ```
 */
export function defineError<const Code extends string, Fields extends object>(
  definition: ErrorDefinition<Code, Fields> & WithoutReserved<Fields>,
): ErrorClass<Code, Fields> {
  const { code, source, retryable, message } = definition as ErrorDefinition<Code, Fields>;
  class DefinedError extends MonolakeError {
    static readonly code = code;
    static readonly source = source;
    static readonly retryable = retryable;
    readonly code = code;
    readonly source = source;
    readonly retryable = retryable;

    constructor(fields?: ErrorFields<Fields>) {
      const { cause, ...data } = (fields ?? {}) as ErrorFields<object>;
      super(message(data as Fields), cause === undefined ? undefined : { cause });
      Object.assign(this, data);
    }

    static override [Symbol.hasInstance](error: unknown): boolean {
      // biome-ignore lint/complexity/noThisInStatic: subclasses inherit this method, and `this` tells which was asked
      return isInstance(error, this, DefinedError);
    }
  }
  Object.defineProperty(DefinedError, "name", { value: classNameOf(code) });
  const errorClass = DefinedError as unknown as ErrorClass<Code, Fields>;
  registerError(errorClass as unknown as ErrorClass<string, object>, {
    source,
    retryable,
    message: String(message),
  });
  return errorClass;
}

const isOrdinaryInstance = Function.prototype[Symbol.hasInstance];

/** By code for the defined class and those made directly from it; one made from those is narrower than the code. */
const isInstance = (error: unknown, asked: object, defined: { readonly code: string }): boolean =>
  asked === defined || Object.getPrototypeOf(asked) === defined
    ? MonolakeError.is(error) && error.code === defined.code
    : isOrdinaryInstance.call(asked, error);

/** `ERR_SITE_NOT_EXIST` is the code of `SiteNotExistError`. */
const classNameOf = (code: string): string =>
  `${code
    .replace(/^ERR_/, "")
    .split("_")
    .map((word) => word.slice(0, 1) + word.slice(1).toLowerCase())
    .join("")}Error`;
