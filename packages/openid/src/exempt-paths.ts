/**
 * What two readers may take for different paths: encodings, dot segments, backslashes, empty segments; and dot segments with
 * parameters, `..;`, which servers of servlets take for `..`.
 */
const ambiguous = /%|\\|\/\/|\/\.{1,2}(?:[/;]|$)/;

/**
 * Tells which paths need no login: `/health`, or with `*` at the end all that begin so. A path that can be written in
 * another way, such as `/public/../admin`, is never one of them, as those behind may read it otherwise.
 */
export function exemptPaths(patterns: readonly string[]): (path: string) => boolean {
  const exact = new Set(patterns.filter((pattern) => !pattern.endsWith("*")));
  const beginnings = patterns
    .filter((pattern) => pattern.endsWith("*"))
    .map((pattern) => pattern.slice(0, -1));
  return (path) =>
    !ambiguous.test(path) && (exact.has(path) || beginnings.some((beginning) => path.startsWith(beginning)));
}
