import type { TemplatePart } from "./template.ts";
import { kindOfVariable, type TemplateValues, type ValueKind } from "./template-values.ts";

/** Where a value is put: what must be encoded there differs. */
type Place = "path" | "query" | "field";

/** What a piece of a path may have as its sender wrote it, although no path should (RFC 3986 section 3.3). */
const notOfPaths = /[^\w\-.~!$&'()*+,;=:@%/]/g;
/** What would end a value of a query, or be read as a space. */
const notOfQueryValues = /[^\w\-.~!$'()*,:@%/]/g;
const notOfQueries = /[^\x21-\x7e]|#/g;
const reserved = /[^\w\-.~]/g;

/** A value of a request as it may stand at a place: it cannot end what it is in, or begin something else. */
function encodeFor(place: Place, kind: ValueKind, value: string): string {
  if (place === "field") return value;
  // It was one before, with what separates its parameters.
  if (place === "query" && kind === "query") return value.replace(notOfQueries, percentEncoded);
  // A piece of a path is encoded as its sender had it, so its % stays one.
  if (kind === "path") return value.replace(place === "path" ? notOfPaths : notOfQueryValues, percentEncoded);
  return value.replace(reserved, percentEncoded);
}

/** Texts of a head have a character for each byte. */
const percentEncoded = (character: string): string =>
  `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;

/** A template with the values of a request. */
export function expand(parts: readonly TemplatePart[], values: TemplateValues, place: Place): string {
  let text = "";
  for (const part of parts) {
    if (part.type === "text") text += part.text;
    else if (part.type === "parameter") text += encodeFor(place, "path", values.parameter(part.name));
    else text += encodeFor(place, kindOfVariable(part.name), values.variable(part.name));
  }
  return text;
}
