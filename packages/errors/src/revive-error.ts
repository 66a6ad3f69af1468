import { type ErrorData, isFieldName, maxCauseDepth, maxErrors } from "./error-data.ts";
import { definedError } from "./error-registry.ts";
import { type ErrorSource, MonolakeError } from "./monolake-error.ts";

/**
 * A Monolake error whose class is not loaded in this thread. It has the code, source, retryable and fields of the
 * original, and `instanceof` the original's class holds once that is loaded.
 */
export class RevivedError extends MonolakeError {
  readonly code: string;
  readonly source: ErrorSource;
  readonly retryable: boolean;

  constructor(code: string, source: ErrorSource, retryable: boolean) {
    super();
    this.code = code;
    this.source = source;
    this.retryable = retryable;
  }
}

const nativeErrors = new Map<string, new (message?: string) => Error>(
  [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((type) => [type.name, type]),
);

/** Data as it may really arrive: of the right shape if an honest thread sent it. */
type Untrusted<Data> = { readonly [Name in keyof Data]?: unknown };

interface Visit {
  depth: number;
  remainingErrors: number;
}

/**
 * Makes an error of the class that `data` came from, so that `instanceof` holds, with the original's message, stack,
 * fields and causes. A code that no loaded package defined gives a {@link RevivedError}; errors that are not
 * Monolake's come back as `Error` or its built-in subclasses, with their name. A value that was thrown without being
 * an error comes back as the `cause` of an `Error`.
 *
 * Never throws, whatever `data` is: what does not fit is left out.
 */
export const reviveError = (data: ErrorData): Error => revive(data, { depth: 0, remainingErrors: maxErrors });

function revive(data: unknown, visit: Visit): Error {
  visit.remainingErrors -= 1;
  const untrusted: Untrusted<ErrorData> = isObject(data) ? data : {};
  const error = instantiate(untrusted);
  const message = text(untrusted.message) ?? "";
  const name = text(untrusted.name) ?? "Error";
  if (error.name !== name) defineHidden(error, "name", name);
  defineHidden(error, "message", message);
  defineHidden(error, "stack", text(untrusted.stack) ?? `${name}: ${message}`);
  assignFields(error, untrusted.fields);
  visit.depth += 1;
  const cause = reviveCause(untrusted, visit);
  if (cause !== undefined) defineHidden(error, "cause", cause.value);
  if (Array.isArray(untrusted.errors)) defineHidden(error, "errors", reviveErrors(untrusted.errors, visit));
  visit.depth -= 1;
  return error;
}

/** An empty error of the right class. */
function instantiate(data: Untrusted<ErrorData>): Error {
  const code = text(data.code);
  if (code !== undefined && data.source !== undefined) return instantiateCoded(code, data);
  if (data.name === "AggregateError") return new AggregateError([]);
  const error = new (nativeErrors.get(text(data.name) ?? "") ?? Error)();
  if (code !== undefined) Object.assign(error, { code });
  return error;
}

function instantiateCoded(code: string, data: Untrusted<ErrorData>): Error {
  const { source } = data;
  const knownSource: ErrorSource = source === "upstream" || source === "downstream" ? source : "internal";
  const retryable = data.retryable === true;
  const errorClass = definedError(code);
  if (errorClass === undefined) return new RevivedError(code, knownSource, retryable);
  // Not `new errorClass`: its constructor words a message from fields, which need not have come along.
  const error: Error = Reflect.construct(Error, [], errorClass);
  return Object.assign(error, { code, source: knownSource, retryable });
}

function reviveCause(data: Untrusted<ErrorData>, visit: Visit): { readonly value: unknown } | undefined {
  if (isObject(data.thrown)) return { value: (data.thrown as { readonly value?: unknown }).value };
  if (!(isObject(data.cause) && mayFollow(visit))) return undefined;
  const { thrown } = data.cause as Untrusted<ErrorData>;
  if (isObject(thrown)) return { value: (thrown as { readonly value?: unknown }).value };
  return { value: revive(data.cause, visit) };
}

function reviveErrors(errors: readonly unknown[], visit: Visit): unknown[] {
  const revived: unknown[] = [];
  for (const data of errors) {
    if (!mayFollow(visit)) break;
    const { thrown }: Untrusted<ErrorData> = isObject(data) ? data : {};
    revived.push(isObject(thrown) ? (thrown as { readonly value?: unknown }).value : revive(data, visit));
  }
  return revived;
}

function assignFields(error: Error, fields: unknown): void {
  if (!isObject(fields)) return;
  for (const [name, value] of Object.entries(fields)) {
    if (isFieldName(name)) (error as unknown as Record<string, unknown>)[name] = value;
  }
}

/** As the properties of errors are: not listed, but free to be changed. */
const defineHidden = (error: Error, name: string, value: unknown): void => {
  Object.defineProperty(error, name, { value, configurable: true, enumerable: false, writable: true });
};

const mayFollow = (visit: Visit): boolean => visit.depth <= maxCauseDepth && visit.remainingErrors > 0;

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
