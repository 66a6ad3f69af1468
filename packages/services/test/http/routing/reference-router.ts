/** What a pattern says about a path, as a regular expression, with the names of its groups in their order. */
interface ReferenceRoute {
  readonly pattern: string;
  readonly expression: RegExp;
  readonly names: readonly string[];
  /** One sign a character; parameters and catch-alls stand as \u{1} and \u{2}, escaped braces as themselves. */
  readonly signs: string;
}

const token = /\{\{|\}\}|\{\*((?:[^{}]|\{\{|\}\})+)\}|\{((?:[^{}]|\{\{|\}\})+)\}|./gsu;

function readRoute(pattern: string): ReferenceRoute {
  let source = "";
  let signs = "";
  const names: string[] = [];
  for (const [text, catchAll, parameter] of pattern.matchAll(token)) {
    const name = catchAll ?? parameter;
    if (name === undefined) {
      const character = text.slice(-1);
      source += `\\u{${character.codePointAt(0)?.toString(16)}}`;
      signs += character;
      continue;
    }
    names.push(name.replaceAll("{{", "{").replaceAll("}}", "}"));
    // A parameter is empty only in front of a slash: `/{a}/b` takes `//b`, but `/{a}` does not take `/`.
    source += catchAll === undefined ? "([^/]+|[^/]*(?=/))" : "([^]+)";
    signs += catchAll === undefined ? "\u{1}" : "\u{2}";
  }
  return { pattern, expression: new RegExp(`^${source}$`, "u"), names, signs };
}

/** At the first place where two patterns differ, text goes first. */
function compareRoutes(one: ReferenceRoute, other: ReferenceRoute): number {
  let index = 0;
  while (one.signs[index] === other.signs[index]) index += 1;
  const isText = (sign: string | undefined) => sign !== "\u{1}" && sign !== "\u{2}";
  return Number(isText(other.signs[index])) - Number(isText(one.signs[index]));
}

/** Whether no path could tell the patterns apart by rank: they are the same up to a parameter beside another kind. */
export function patternsConflict(one: string, other: string): boolean {
  const [first, second] = [readRoute(one).signs, readRoute(other).signs];
  if (first === second) return true;
  let index = 0;
  while (first[index] === second[index]) index += 1;
  return [first[index], second[index]].sort().join("") === "\u{1}\u{2}";
}

/** The slow and obvious router: tries every pattern, then takes the best. */
export function referenceMatch(patterns: readonly string[], path: string) {
  const [best] = patterns
    .map(readRoute)
    .filter((route) => route.expression.test(path))
    .sort(compareRoutes);
  if (best === undefined) return undefined;
  const parameters = new Map<string, string>();
  const texts = best.expression.exec(path)?.slice(1) ?? [];
  for (const [index, name] of best.names.entries()) {
    if (!parameters.has(name)) parameters.set(name, texts[index] ?? "");
  }
  return { pattern: best.pattern, parameters };
}
