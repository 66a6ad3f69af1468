import { RoutePatternInvalidError, type RoutePatternProblem } from "./errors.ts";

/** One piece of a pattern: text as it is in the path, a parameter for one segment, or one for all the rest. */
export type PatternToken =
  | { readonly type: "static"; readonly text: string }
  | { readonly type: "parameter"; readonly name: string }
  | { readonly type: "catch-all"; readonly name: string };

const isEscapedBrace = (pattern: string, position: number): boolean =>
  (pattern[position] === "{" || pattern[position] === "}") && pattern[position] === pattern[position + 1];

/** Takes a pattern apart. Throws {@link RoutePatternInvalidError}. */
export function parseRoutePattern(pattern: string): readonly PatternToken[] {
  if (pattern === "") invalid(pattern, 0, "empty-pattern");
  const tokens: PatternToken[] = [];
  let text = "";
  let position = 0;
  while (position < pattern.length) {
    if (isEscapedBrace(pattern, position)) {
      text += pattern[position];
      position += 2;
    } else if (pattern[position] === "}") {
      invalid(pattern, position, "unopened-brace");
    } else if (pattern[position] === "{") {
      if (text !== "") tokens.push({ type: "static", text });
      text = "";
      const { token, end } = parseParameter(pattern, position);
      tokens.push(token);
      position = end;
    } else {
      text += pattern[position];
      position += 1;
    }
  }
  if (text !== "") tokens.push({ type: "static", text });
  return tokens;
}

/** Reads the parameter whose brace opens at `start`; `end` is the position behind the one that closes it. */
function parseParameter(pattern: string, start: number): { token: PatternToken; end: number } {
  const type = pattern[start + 1] === "*" ? "catch-all" : "parameter";
  let name = "";
  let position = start + (type === "catch-all" ? 2 : 1);
  for (;;) {
    if (position >= pattern.length) invalid(pattern, start, "unclosed-brace");
    const character = pattern[position] as string;
    if (isEscapedBrace(pattern, position)) position += 1;
    else if (character === "}") break;
    else if (character === "/" || character === "*") invalid(pattern, position, "invalid-name");
    name += character;
    position += 1;
  }
  if (name === "") invalid(pattern, position, "empty-name");
  const end = position + 1;
  if (end < pattern.length) {
    if (pattern[end] !== "/") invalid(pattern, end, "text-after-parameter");
    if (type === "catch-all") invalid(pattern, end, "catch-all-not-last");
  }
  return { token: { type, name }, end };
}

/** The text that every path of the pattern begins with: all before its first parameter. */
export function staticPrefix(tokens: readonly PatternToken[]): string {
  const first = tokens[0];
  return first?.type === "static" ? first.text : "";
}

function invalid(pattern: string, position: number, problem: RoutePatternProblem): never {
  throw new RoutePatternInvalidError({ pattern, position, problem });
}
