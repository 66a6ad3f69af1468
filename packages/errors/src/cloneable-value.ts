/** What a value that cannot be cloned, or is too deep or too much, is replaced by: its absence. */
export const notCloneable: unique symbol = Symbol("not cloneable");

const maxDepth = 6;

/** How many objects and elements one error may carry along. */
const maxValues = 2000;

/** How much may still be copied; shared by everything that is copied for one error. */
export interface CopyBudget {
  remainingValues: number;
}

export const createCopyBudget = (): CopyBudget => ({ remainingValues: maxValues });

/**
 * A copy of `value` that structured clone accepts, or {@link notCloneable}. Data is copied: primitives, dates, bytes,
 * arrays, maps, sets and plain objects. Functions, symbols and instances of classes (a socket, say) are left out.
 *
 * Views are copied alone: cloning a small `Buffer` as it is would send the whole pool that it lies in.
 */
export function toCloneable(value: unknown, budget: CopyBudget, depth = 0): unknown {
  if (typeof value !== "object" || value === null) {
    return typeof value === "function" || typeof value === "symbol" ? notCloneable : value;
  }
  budget.remainingValues -= 1;
  if (budget.remainingValues < 0 || depth > maxDepth) return notCloneable;
  if (value instanceof Date) return new Date(value);
  if (value instanceof RegExp) return new RegExp(value);
  if (value instanceof URL) return value.href;
  if (ArrayBuffer.isView(value)) return Uint8Array.from(bytesOf(value));
  if (value instanceof ArrayBuffer) return value.slice(0);
  if (Array.isArray(value)) return copyAll(value, budget, depth);
  if (value instanceof Set) return new Set(copyAll(value, budget, depth));
  if (value instanceof Map) return new Map(copyEntries(value, budget, depth));
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  return isPlain ? Object.fromEntries(copyEntries(Object.entries(value), budget, depth)) : notCloneable;
}

const bytesOf = (view: ArrayBufferView): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

function copyAll(values: Iterable<unknown>, budget: CopyBudget, depth: number): unknown[] {
  const copies: unknown[] = [];
  for (const value of values) {
    budget.remainingValues -= 1;
    if (budget.remainingValues < 0) break;
    const copy = toCloneable(value, budget, depth + 1);
    // Positions mean something in an array, so what cannot be cloned leaves a hole's value behind.
    copies.push(copy === notCloneable ? undefined : copy);
  }
  return copies;
}

function copyEntries<Key>(
  entries: Iterable<[Key, unknown]>,
  budget: CopyBudget,
  depth: number,
): [Key, unknown][] {
  const copies: [Key, unknown][] = [];
  for (const [key, value] of entries) {
    budget.remainingValues -= 1;
    if (budget.remainingValues < 0) break;
    const keyCopy = toCloneable(key, budget, depth + 1);
    const copy = toCloneable(value, budget, depth + 1);
    if (keyCopy !== notCloneable && copy !== notCloneable) copies.push([keyCopy as Key, copy]);
  }
  return copies;
}
