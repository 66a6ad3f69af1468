import { ThriftPayloadError, ThriftTooLargeError } from "../errors.ts";

/**
 * Where a walk is: the structures and containers that are open. A level is the number of values that are left in it, or
 * {@link openStructure}, with the types of its values.
 */
export class WalkStack {
  depth = 0;
  readonly #maxDepth: number;
  readonly #left: Float64Array;
  readonly #keyTypes: Uint8Array;
  readonly #valueTypes: Uint8Array;

  constructor(maxDepth: number) {
    this.#maxDepth = maxDepth;
    this.#left = new Float64Array(maxDepth);
    this.#keyTypes = new Uint8Array(maxDepth);
    this.#valueTypes = new Uint8Array(maxDepth);
  }

  pushStructure(): void {
    this.pushValues(openStructure, 0, 0);
  }

  /** A list or set (`keyType` is `valueType`), or a map: `values` counts its keys too, which take turns with its values. */
  pushValues(values: number, keyType: number, valueType: number): void {
    if (this.depth === this.#maxDepth) {
      throw new ThriftPayloadError({ what: `more than ${this.#maxDepth} levels` });
    }
    this.#left[this.depth] = values;
    this.#keyTypes[this.depth] = keyType;
    this.#valueTypes[this.depth] = valueType;
    this.depth += 1;
  }

  pop(): void {
    this.depth -= 1;
  }

  /** The type of the value that comes next in the innermost container, or {@link inStructure}. Closes containers that are complete. */
  next(): number {
    while (this.depth > 0) {
      const top = this.depth - 1;
      const left = this.#left[top] as number;
      if (left === openStructure) return inStructure;
      if (left > 0) {
        this.#left[top] = left - 1;
        return (left & 1) === 0 ? (this.#keyTypes[top] as number) : (this.#valueTypes[top] as number);
      }
      this.depth = top;
    }
    return nothingOpen;
  }
}

const openStructure = -1;
/** A field comes next. */
export const inStructure = -1;
/** The outermost structure has ended. */
export const nothingOpen = -2;

/** Counts what was walked. */
export class WalkBudget {
  #left = 0;
  #maxBytes = 0;

  start(maxBytes: number): void {
    this.#left = maxBytes;
    this.#maxBytes = maxBytes;
  }

  /** Takes bytes from what may still come. */
  take(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) throw this.#tooLarge(-this.#left);
  }

  /** Every value has a byte at least: a size that cannot come is refused before anything of it is waited for. */
  expect(bytes: number): void {
    if (bytes < 0) throw new ThriftPayloadError({ what: `a size of ${bytes}` });
    if (bytes > this.#left) throw this.#tooLarge(bytes - this.#left);
  }

  #tooLarge(beyond: number): Error {
    return new ThriftTooLargeError({
      what: "message",
      bytes: this.#maxBytes + beyond,
      maxBytes: this.#maxBytes,
    });
  }
}

/** A type that no protocol knows. */
export const unknownType = (type: number): ThriftPayloadError =>
  new ThriftPayloadError({ what: `there is no type ${type}` });
