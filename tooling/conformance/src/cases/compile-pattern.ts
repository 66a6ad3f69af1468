/**
 * Compiles an expression of a case. A leading `(?i)` and the like set flags, and a dot stands for any byte but a line
 * feed, so also for a carriage return.
 */
export function compilePattern(source: string): RegExp {
  const [, flags = "", body = source] = /^\(\?([a-z]+)\)([\s\S]*)$/.exec(source) ?? [];
  return new RegExp(flags.includes("s") ? body : widenDots(body), flags);
}

function widenDots(source: string): string {
  let widened = "";
  let inClass = false;
  for (let at = 0; at < source.length; at += 1) {
    const character = source[at] as string;
    if (character === "\\") {
      widened += character + (source[at + 1] ?? "");
      at += 1;
      continue;
    }
    if (character === "[") inClass = true;
    else if (character === "]") inClass = false;
    widened += character === "." && !inClass ? "[^\\n]" : character;
  }
  return widened;
}
