/** Stands in a string of a configuration for a value from elsewhere. `text`: as it is written. */
export type Reference =
  | { readonly type: "env"; readonly text: string; readonly name: string; readonly fallback?: string }
  | { readonly type: "file"; readonly text: string; readonly path: string };

/** A piece of a string: plain text, a reference, or what begins like one and is none. */
export type StringPart = string | Reference | { readonly type: "malformed"; readonly text: string };

/** The escape, or a reference; one without an end reaches to the end of the string. */
const opening = /\$\$\{|\$\{[^}]*(?:\}|$)/g;
const reference = /^\$\{(?:env:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?|file:([^}]+))\}$/;

/** The pieces of a string; undefined for one that has no `${` at all. */
export function partsOf(text: string): readonly StringPart[] | undefined {
  if (!text.includes("${")) return undefined;
  const parts: StringPart[] = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(opening)) {
    if (index > end) parts.push(text.slice(end, index));
    parts.push(found === "$${" ? "${" : parseReference(found));
    end = index + found.length;
  }
  if (end < text.length) parts.push(text.slice(end));
  return parts;
}

function parseReference(text: string): Exclude<StringPart, string> {
  const [, name, fallback, path] = reference.exec(text) ?? [];
  if (path !== undefined) return { type: "file", text, path };
  if (name === undefined) return { type: "malformed", text };
  return { type: "env", text, name, ...(fallback !== undefined && { fallback }) };
}
