import { type CopyBudget, createCopyBudget, notCloneable, toCloneable } from "./cloneable-value.ts";
import { type ErrorData, isFieldName, maxCauseDepth, maxErrors } from "./error-data.ts";
import { type ErrorSource, MonolakeError } from "./monolake-error.ts";

/** What one call has met and may still do. */
interface Visit {
  /** The errors that lead to the one at hand: meeting one again closes a cycle, which is cut there. */
  readonly path: unknown[];
  readonly budget: CopyBudget;
  remainingErrors: number;
}

/**
 * Turns whatever was thrown into data that structured clone accepts: name, message, stack, code, source, retryable,
 * fields, the chain of causes (16 deep, cycles cut) and the errors of an `AggregateError`. Never throws, not even for
 * errors whose properties do; fields that cannot be cloned (functions, sockets) are left out.
 *
 * Bytes among the fields are copied, and arrive as `Uint8Array`.
 */
export const serializeError = (error: unknown): ErrorData =>
  serialize(error, { path: [], budget: createCopyBudget(), remainingErrors: maxErrors });

function serialize(error: unknown, visit: Visit): ErrorData {
  visit.remainingErrors -= 1;
  if (!isError(error)) return serializeThrown(error, visit.budget);
  const cause = read(error, "cause");
  visit.path.push(error);
  const data: ErrorData = {
    name: text(read(error, "name")) ?? "Error",
    message: text(read(error, "message")) ?? "",
    fields: serializeFields(error, visit.budget),
    ...optional("stack", text(read(error, "stack"))),
    ...optional("code", text(read(error, "code"))),
    ...(isMonolakeError(error) ? serializeClass(error) : {}),
    ...(cause !== undefined && mayFollow(cause, visit) ? { cause: serialize(cause, visit) } : {}),
    ...optional("errors", serializeErrors(error, visit)),
  };
  visit.path.pop();
  return data;
}

/** Something else than an error was thrown, or given as a cause. */
function serializeThrown(value: unknown, budget: CopyBudget): ErrorData {
  const description = describe(value);
  const copy = attempt(() => toCloneable(value, budget)) ?? (value === undefined ? undefined : notCloneable);
  return {
    name: "Error",
    message: `a value that is no error was thrown: ${description}`,
    fields: {},
    thrown: { value: value === null ? null : copy === notCloneable ? description : copy },
  };
}

function serializeErrors(error: object, visit: Visit): ErrorData[] | undefined {
  const errors = read(error, "errors");
  if (!Array.isArray(errors)) return undefined;
  const serialized: ErrorData[] = [];
  for (let index = 0; index < errors.length && visit.remainingErrors > 0; index += 1) {
    const member = read(errors, index);
    if (mayFollow(member, visit)) serialized.push(serialize(member, visit));
  }
  return serialized;
}

function serializeFields(error: object, budget: CopyBudget): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const name of attempt(() => Object.keys(error)) ?? []) {
    const value = read(error, name);
    if (!isFieldName(name) || (name === "errors" && Array.isArray(value))) continue;
    const copy = attempt(() => toCloneable(value, budget));
    if (copy !== notCloneable && (copy !== undefined || value === undefined)) fields[name] = copy;
  }
  return fields;
}

function serializeClass(error: object): { source: ErrorSource; retryable: boolean } {
  const source = read(error, "source");
  return {
    source: source === "upstream" || source === "downstream" ? source : "internal",
    retryable: read(error, "retryable") === true,
  };
}

const mayFollow = (error: unknown, visit: Visit): boolean =>
  visit.path.length <= maxCauseDepth && visit.remainingErrors > 0 && !visit.path.includes(error);

/** Also true for errors of another realm, such as those of `node:vm`. */
const isError = (value: unknown): value is object =>
  attempt(
    () =>
      typeof value === "object" &&
      value !== null &&
      (value instanceof Error || Object.prototype.toString.call(value) === "[object Error]"),
  ) === true;

const isMonolakeError = (error: object): boolean => attempt(() => MonolakeError.is(error)) === true;

const read = (object: object, name: string | number): unknown =>
  attempt(() => (object as Record<string | number, unknown>)[name]);

/** Getters and proxies run foreign code: what it throws must not replace the error that is being told. */
function attempt<Value>(run: () => Value): Value | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

const describe = (value: unknown): string =>
  typeof value === "function" ? "a function" : (attempt(() => String(value)) ?? "an object without a text");

const optional = <Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [_ in Name]?: Value } =>
  (value === undefined ? {} : { [name]: value }) as { readonly [_ in Name]?: Value };
