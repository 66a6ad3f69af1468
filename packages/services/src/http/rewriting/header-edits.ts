import { Headers } from "@monolake/http";
import { HeaderEditInvalidError } from "./errors.ts";
import { expand } from "./expand.ts";
import { parseTemplate, type TemplatePart } from "./template.ts";
import type { TemplateValues } from "./template-values.ts";

/**
 * What is changed in the header of a message: first `remove`, then `set`, then `add`. Values are
 * templates; one that comes to nothing sets and adds nothing.
 */
export interface HttpHeaderEdits {
  /** In place of what there is. */
  readonly set?: Readonly<Record<string, string>>;
  /** A further line beside what there is. */
  readonly add?: Readonly<Record<string, string>>;
  readonly remove?: readonly string[];
}

/** What frames messages, or concerns one connection only (RFC 9110 section 7.6.1, RFC 9112 section 6). */
const untouchable = new Set([
  "connection",
  "content-length",
  "expect",
  "http2-settings",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

type Edit = readonly [name: string, value: readonly TemplatePart[]];

/** The edits of a route's requests or responses, ready for use. */
export class HeaderEdits {
  readonly #remove: readonly string[];
  readonly #set: readonly Edit[];
  readonly #add: readonly Edit[];

  /** Throws ERR_HEADER_EDIT_INVALID and ERR_ROUTE_TEMPLATE_INVALID. */
  constructor({ set = {}, add = {}, remove = [] }: HttpHeaderEdits, pattern: string) {
    for (const name of [...Object.keys(set), ...Object.keys(add), ...remove]) checkName(name);
    const edits = (table: Readonly<Record<string, string>>) =>
      Object.entries(table).map(([name, value]): Edit => [name, checkedValue(name, value, pattern)]);
    this.#remove = remove;
    this.#set = edits(set);
    this.#add = edits(add);
  }

  apply(headers: Headers, values: TemplateValues): void {
    for (const name of this.#remove) headers.delete(name);
    for (const [name, parts] of this.#set) {
      const value = expand(parts, values, "field");
      if (value === "") headers.delete(name);
      else headers.set(name, value);
    }
    for (const [name, parts] of this.#add) {
      const value = expand(parts, values, "field");
      if (value !== "") headers.append(name, value);
    }
  }
}

function checkName(field: string): void {
  const name = field.toLowerCase();
  if (untouchable.has(name))
    throw new HeaderEditInvalidError({ field, problem: "the proxy itself says what it has to be" });
  if (name === "host")
    throw new HeaderEditInvalidError({ field, problem: 'use "upstream_host" of the route' });
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(field))
    throw new HeaderEditInvalidError({ field, problem: "expected a name without spaces and separators" });
}

/** No value of a request can hold a line break, so a template that holds none makes none. */
function checkedValue(field: string, value: string, pattern: string): readonly TemplatePart[] {
  const parts = parseTemplate(value, pattern);
  try {
    for (const part of parts) if (part.type === "text") new Headers([["x", part.text]]);
  } catch (cause) {
    throw new HeaderEditInvalidError({
      field,
      problem: "its value holds a character that no field may have",
      cause,
    });
  }
  return parts;
}
