import { normalTarget } from "../routing/normal-target.ts";
import { endOfPath } from "../routing/request-path.ts";
import { expand } from "./expand.ts";
import { parseTemplate, problemAt, type TemplatePart } from "./template.ts";
import type { TemplateValues } from "./template-values.ts";

/** What may stand in a target as it is (RFC 3986 section 3.3 and 3.4). */
const targetText = /^[\w\-.~!$&'()*+,;=:@%/?]*$/;

/** A template cut at its first `?`, each half with its own rules. */
interface Halves {
  readonly path: readonly TemplatePart[];
  /** Absent where there is no `?`. */
  readonly query: readonly TemplatePart[] | undefined;
}

/**
 * The target of a request for an upstream, made of its parameters: `/api/{id}/x?y={q}`. The query of the request goes along behind
 * that of the template, joined by `&`; a template that ends in `?` drops it.
 */
export class TargetTemplate {
  readonly #halves: Halves;
  readonly #dropsQuery: boolean;

  /** Throws ERR_ROUTE_TEMPLATE_INVALID. */
  constructor(template: string, pattern: string) {
    if (!template.startsWith("/")) throw problemAt(template, 0, "expected a path that begins with /");
    this.#dropsQuery = template.endsWith("?");
    this.#halves = halvesOf(this.#dropsQuery ? template.slice(0, -1) : template, pattern);
    const text = this.#halves.path.map((part) => (part.type === "text" ? part.text : "x")).join("");
    if (normalTarget(text) !== text)
      throw problemAt(template, 0, "expected a path in normal form, without . and .. segments");
  }

  /** Undefined when the path would not be in normal form: an upstream could take it for another. */
  expand(values: TemplateValues): string | undefined {
    const path = expand(this.#halves.path, values, "path");
    if (normalTarget(path) !== path) return undefined;
    const own = this.#halves.query === undefined ? "" : expand(this.#halves.query, values, "query");
    const sent = this.#dropsQuery ? "" : values.variable("query");
    const query = own !== "" && sent !== "" ? `${own}&${sent}` : own + sent;
    return query === "" ? path : `${path}?${query}`;
  }
}

/** Throws ERR_ROUTE_TEMPLATE_INVALID. */
export function halvesOf(template: string, pattern: string): Halves {
  const parts = parseTemplate(template, pattern);
  checkText(template, parts);
  const at = parts.findIndex((part) => part.type === "text" && part.text.includes("?"));
  const cut = parts[at];
  if (cut?.type !== "text") return { path: parts, query: undefined };
  const position = endOfPath(cut.text);
  const [before, behind] = [cut.text.slice(0, position), cut.text.slice(position + 1)];
  return {
    path: [...parts.slice(0, at), ...textPart(before)],
    query: [...textPart(behind), ...parts.slice(at + 1)],
  };
}

const textPart = (text: string): TemplatePart[] => (text === "" ? [] : [{ type: "text", text }]);

function checkText(template: string, parts: readonly TemplatePart[]): void {
  for (const part of parts) {
    if (part.type === "text" && !targetText.test(part.text)) {
      const wrong = [...part.text].find((character) => !targetText.test(character)) ?? "";
      throw problemAt(template, template.indexOf(wrong), `expected ${JSON.stringify(wrong)} to be encoded`);
    }
  }
  if (/%(?![0-9a-f]{2})/i.test(template))
    throw problemAt(
      template,
      template.search(/%(?![0-9a-f]{2})/i),
      "expected two hexadecimal digits after %",
    );
}
