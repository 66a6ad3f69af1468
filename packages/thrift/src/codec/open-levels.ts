import { ThriftPayloadError } from "../errors.ts";

/** Counts structures that are open, and values that are passed over within each other. */
export class OpenLevels {
  #depth = 0;
  readonly #maxDepth: number;

  constructor(maxDepth: number) {
    this.#maxDepth = maxDepth;
  }

  open(): void {
    this.#depth += 1;
    if (this.#depth > this.#maxDepth) {
      throw new ThriftPayloadError({ what: `more than ${this.#maxDepth} levels` });
    }
  }

  close(): void {
    this.#depth -= 1;
  }
}

/** A field has not the type that was asked for. */
export const wrongType = (fieldId: number, found: number, expected: number): ThriftPayloadError =>
  new ThriftPayloadError({ what: `field ${fieldId} has type ${found} where ${expected} is expected` });
