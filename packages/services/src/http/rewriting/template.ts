import { nearestName } from "../access-log/nearest-name.ts";
import { parseRoutePattern } from "../routing/route-pattern.ts";
import { RouteTemplateInvalidError } from "./errors.ts";
import { isVariable, variableNames } from "./template-values.ts";

/** One piece of a template: text as it is, or the value of a variable or of a route's parameter. */
export type TemplatePart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "variable" | "parameter"; readonly name: string };

/** A `{`, a `}`, both twice, or what is between them. */
const tokens = /\{\{|\}\}|\{[^{}]*\}?|\}|[^{}]+/g;

/**
 * Takes a template apart. `{name}` is a parameter of the route's pattern, or one of the variables; a parameter hides the
 * variable of its name. `{{` and `}}` are the characters `{` and `}`. Throws ERR_ROUTE_TEMPLATE_INVALID.
 */
export function parseTemplate(template: string, pattern: string): readonly TemplatePart[] {
  const parameters = parametersOf(pattern);
  const parts: TemplatePart[] = [];
  for (const { 0: token, index } of template.matchAll(tokens)) {
    if (token === "{{" || token === "}}") addText(parts, token.slice(1));
    else if (token.startsWith("{")) parts.push(partFor(template, index, { token, parameters }));
    else if (token === "}")
      throw problemAt(template, index, "expected a { before it, or }} for the character }");
    else addText(parts, token);
  }
  return parts;
}

function addText(parts: TemplatePart[], text: string): void {
  const last = parts.at(-1);
  if (last?.type === "text") parts[parts.length - 1] = { type: "text", text: last.text + text };
  else parts.push({ type: "text", text });
}

function partFor(
  template: string,
  position: number,
  { token, parameters }: { readonly token: string; readonly parameters: readonly string[] },
): TemplatePart {
  if (!token.endsWith("}")) throw problemAt(template, position, "expected a } that ends the name");
  // The catch-all is named as in the pattern, or without its star.
  const name = token.slice(1, -1).replace(/^\*/, "");
  if (parameters.includes(name)) return { type: "parameter", name };
  if (isVariable(name)) return { type: "variable", name };
  const known = [...parameters, ...variableNames];
  const nearest = nearestName(name, known);
  const hint = nearest === undefined ? `expected one of ${known.join(", ")}` : `did you mean {${nearest}}?`;
  throw problemAt(template, position, `there is no {${name}}, ${hint}`);
}

const parametersOf = (pattern: string): string[] =>
  parseRoutePattern(pattern).flatMap((token) => (token.type === "static" ? [] : [token.name]));

export const problemAt = (template: string, position: number, problem: string): RouteTemplateInvalidError =>
  new RouteTemplateInvalidError({ template, position, problem });
