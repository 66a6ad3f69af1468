import { AccessLogFormatError, type AccessLogFormatProblem } from "./errors.ts";
import { nearestName } from "./nearest-name.ts";
import { accessVariables, constantVariables, fieldVariables } from "./variables.ts";

/** One part of a template. */
export type TemplatePart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "variable"; readonly name: keyof typeof accessVariables }
  | { readonly type: "constant"; readonly name: (typeof constantVariables)[number] }
  | { readonly type: "request-field" | "response-field"; readonly field: string }
  | { readonly type: "request-line" };

const requestPrefix = "request_header_";
const responsePrefix = "response_header_";

/** Fields whose values let whoever reads them act as the client. */
const secretFields = new Set(["authorization", "proxy-authorization", "cookie", "set-cookie"]);

const variableNames = [
  ...Object.keys(accessVariables),
  ...constantVariables,
  ...Object.keys(fieldVariables),
  "request_line",
];

/** A `$`, or the longest run of what is none. */
const tokens = /\$(?:\$|\{[^}]*\}?|\w*)|[^$]+/g;
const controls = /[\x00-\x1f\x7f]/;

/** Takes a template apart. Throws ERR_ACCESS_LOG_FORMAT. */
export function parseTemplate(format: string): readonly TemplatePart[] {
  const control = controls.exec(format);
  if (control !== null) throw problemAt(format, control.index, "control-character", control[0]);
  return [...format.matchAll(tokens)].map((match): TemplatePart => {
    const [token] = match;
    if (!token.startsWith("$")) return { type: "text", text: token };
    if (token === "$$") return { type: "text", text: "$" };
    const braced = token.startsWith("${");
    if (braced && !token.endsWith("}")) throw problemAt(format, match.index, "unclosed-brace", token);
    const name = braced ? token.slice(2, -1) : token.slice(1);
    if (name === "") throw problemAt(format, match.index, "unnamed-variable", token);
    return partFor(format, match.index, name);
  });
}

function partFor(format: string, position: number, name: string): TemplatePart {
  if (Object.hasOwn(accessVariables, name)) {
    return { type: "variable", name: name as keyof typeof accessVariables };
  }
  const constant = constantVariables.find((candidate) => candidate === name);
  if (constant !== undefined) return { type: "constant", name: constant };
  if (name === "request_line") return { type: "request-line" };
  if (Object.hasOwn(fieldVariables, name))
    return { type: "request-field", field: fieldVariables[name] as string };
  const field = fieldOf(name);
  if (field === undefined) {
    const nearest = nearestName(name, variableNames);
    const suggestion = nearest === undefined ? undefined : `$${nearest}`;
    throw problemAt(format, position, "unknown-variable", `$${name}`, suggestion);
  }
  if (secretFields.has(field.field)) throw problemAt(format, position, "secret-field", `$${name}`);
  return field;
}

function fieldOf(name: string): Extract<TemplatePart, { field: string }> | undefined {
  for (const [prefix, type] of [
    [requestPrefix, "request-field"],
    [responsePrefix, "response-field"],
  ] as const) {
    if (!name.startsWith(prefix) || name.length === prefix.length) continue;
    return { type, field: name.slice(prefix.length).toLowerCase().replaceAll("_", "-") };
  }
  return undefined;
}

const problemAt = (
  format: string,
  position: number,
  problem: AccessLogFormatProblem,
  ...[found, suggestion]: readonly [found: string, suggestion?: string | undefined]
): AccessLogFormatError => new AccessLogFormatError({ format, position, problem, found, suggestion });
