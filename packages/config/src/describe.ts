import type { ConfigNode } from "./document.ts";
import { maskPasswords } from "./mask-passwords.ts";

const longestQuote = 60;

/** Text in double quotes, escaped, cut when it is long. */
export function quote(text: string): string {
  return JSON.stringify(shorten(text));
}

function shorten(whole: string): string {
  // Before it is cut, where a password could lose the @ behind it.
  const text = maskPasswords(whole);
  return text.length > longestQuote ? `${text.slice(0, longestQuote)}…` : text;
}

/** What was found, as a noun phrase; numbers as the file has them. */
export function describeNode(node: ConfigNode): string {
  if (node.type === "table") return "a table";
  if (node.type === "array") return node.items.length === 0 ? "an empty array" : "an array";
  const { value, span, reference, isSecret } = node;
  if (isSecret === true) return "a value that is not shown";
  if (reference !== undefined) return quote(reference.written);
  if (typeof value === "string") return quote(value);
  // YAML has values that are not written, as in `key:`.
  return shorten(span.source.text.slice(span.offset, span.offset + span.length)) || "nothing";
}

/** `"a"`, `"a" or "b"`, `"a", "b" or "c"`. */
export function oneOf(values: readonly unknown[]): string {
  const words = values.map((value) => (typeof value === "string" ? quote(value) : String(value)));
  const last = words.pop() ?? "nothing";
  return words.length === 0 ? last : `${words.join(", ")} or ${last}`;
}

/** What stands at an offset of the text, for syntax errors. */
export function describeText(text: string, offset: number): string {
  const rest = text.slice(offset);
  if (rest.trim() === "") return "the end of the file";
  if (/^[ \t]*\r?\n/.test(rest)) return "the end of the line";
  return quote(/^(?:\w[\w.+-]*|.)/su.exec(rest)?.[0] ?? rest);
}
