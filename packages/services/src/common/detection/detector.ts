/** What a detector says: it needs more bytes, or what it found out. */
export type Detection<Outcome> =
  | { readonly type: "more" }
  | { readonly type: "detected"; readonly outcome: Outcome };

/** Finds out what a connection is for by its first bytes. It has no state, so that one serves all connections. */
export interface Detector<out Outcome> {
  /**
   * Looks at everything that has arrived so far; called again with all of it when more has. `ended`: nothing more will
   * come, and "more" then means ERR_DETECT_ENDED. It must make up its mind after a bounded number of bytes, and as
   * early as it can. `bytes` is borrowed: copy what is kept.
   */
  readonly inspect: (bytes: Buffer, ended: boolean) => Detection<Outcome>;
}

const more: Detection<never> = { type: "more" };

/**
 * Whether a connection begins with `prefix` (text is latin1). False at the first byte that differs, however few came, and
 * when the connection ends before.
 */
export function prefixDetector(prefix: Uint8Array | string): Detector<boolean> {
  const expected = typeof prefix === "string" ? Buffer.from(prefix, "latin1") : Buffer.from(prefix);
  if (expected.length === 0) throw new TypeError("the prefix to detect is empty, expected at least one byte");
  const yes: Detection<boolean> = { type: "detected", outcome: true };
  const no: Detection<boolean> = { type: "detected", outcome: false };
  return {
    inspect(bytes, ended) {
      const length = Math.min(bytes.length, expected.length);
      if (expected.compare(bytes, 0, length, 0, length) !== 0) return no;
      if (length === expected.length) return yes;
      return ended ? no : more;
    },
  };
}

/**
 * What `decide` makes of the first `lengthBytes` bytes of a connection. One that ends before fails with ERR_DETECT_ENDED,
 * what `decide` throws is the failure, too. The bytes are borrowed.
 */
export function fixedLengthDetector<Outcome>(
  lengthBytes: number,
  decide: (bytes: Buffer) => Outcome,
): Detector<Outcome> {
  if (!Number.isSafeInteger(lengthBytes) || lengthBytes < 1) {
    throw new TypeError(`the length to detect by is ${lengthBytes}, expected an integer from 1 on`);
  }
  return {
    inspect: (bytes) =>
      bytes.length < lengthBytes
        ? more
        : { type: "detected", outcome: decide(bytes.subarray(0, lengthBytes)) },
  };
}
