import type { HeadersComplete } from "llhttp-wasm";
import type { FieldBlock } from "../headers/field-block.ts";

// llhttp-wasm decodes values as UTF-8, so only ASCII can be compared as text.
const ascii = /^[\x00-\x7f]*$/;

/** llhttp keeps blanks at the end of a value. */
const withoutTrailingBlanks = (value: string | undefined): string | undefined =>
  value?.replace(/[ \t]+$/, "");

/** Whether llhttp found the same fields, in number, names and, where they are ASCII, values. */
export function agreesOnFields(head: HeadersComplete, fields: FieldBlock): boolean {
  const raw = head.rawHeaders;
  if (raw.length !== fields.lines * 2) return false;
  for (let line = 0; line < fields.lines; line++) {
    if (raw[line * 2] !== fields.nameAt(line)) return false;
    const value = fields.valueAt(line);
    if (ascii.test(value) && withoutTrailingBlanks(raw[line * 2 + 1]) !== value) return false;
  }
  return true;
}
