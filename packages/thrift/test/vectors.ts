import { readFileSync } from "node:fs";

interface VectorFile {
  readonly valid: readonly { readonly name: string; readonly hex: string; readonly note: string }[];
  readonly invalid: readonly { readonly name: string; readonly hex: string; readonly expect: string }[];
  readonly stream: readonly { readonly name: string; readonly hex: string; readonly expect: string }[];
}

const file = JSON.parse(
  readFileSync(new URL("./ttheader-vectors.json", import.meta.url), "utf8"),
) as VectorFile;

/** A vector's bytes. */
export interface Vector {
  readonly name: string;
  readonly bytes: Buffer;
}

const decoded = (vectors: readonly { readonly name: string; readonly hex: string }[]): Vector[] =>
  vectors.map(({ name, hex }) => ({ name, bytes: Buffer.from(hex, "hex") }));

export const validVectors: readonly Vector[] = decoded(file.valid);
export const invalidVectors: readonly Vector[] = decoded(file.invalid);
export const streamVectors: readonly Vector[] = decoded(file.stream);

/** The bytes of a vector. */
export function vector(name: string): Buffer {
  const found = [...validVectors, ...invalidVectors, ...streamVectors].find((one) => one.name === name);
  if (found === undefined) throw new TypeError(`no vector ${name}`);
  return Buffer.from(found.bytes);
}
