import { endOfPath } from "./request-path.ts";

const percent = 0x25;
const dot = 0x2e;
const slash = 0x2f;
const backslash = 0x5c;

/** A segment that ends where only some readers end one: `..%2f`, `%5c..`, `..\`, `..;`, behind which some have parameters. */
const hiddenDots =
  /(?:^|[/\\]|%2f|%5c)\.\.?(?:[\\;]|%2f|%5c|%3b)|(?:\\|%2f|%5c)\.\.?(?:$|[/\\;]|%2f|%5c|%3b)/i;

/**
 * A request target in origin form with its path in the normal form of RFC 3986 section 6.2.2, so that a route and an upstream
 * see one path: without `.` and `..` segments, and without encoded characters that need no encoding (`%61` is `a`, `%2e` is
 * `.`). What stands for itself stays: `//`, `%2F`, the case of what is encoded. Returns the target itself when nothing has to
 * change, and undefined for a path that two readers would take differently: one that leaves the root, that holds an encoded
 * NUL, hides a dot segment behind an encoded slash, a backslash or a parameter, or becomes an encoding by being decoded (`%%32e`).
 */
export function normalTarget(target: string): string | undefined {
  const end = endOfPath(target);
  if (isNormal(target, end)) return target;
  const raw = target.slice(0, end);
  const path = raw.includes("%") ? decodeUnreserved(raw) : raw;
  if (path !== raw && path.search(unreserved) !== -1) return undefined;
  if (path.includes("%00") || hiddenDots.test(path)) return undefined;
  const normal = hasDotSegment(path) ? removeDotSegments(path) : path;
  if (normal === undefined || normal === raw) return normal === undefined ? undefined : target;
  return normal + target.slice(end);
}

/** Nearly every path: nothing encoded, no segment that begins with a dot, no backslash. */
function isNormal(target: string, end: number): boolean {
  let before = 0;
  for (let at = 0; at < end; at += 1) {
    const code = target.charCodeAt(at);
    if (code === percent || code === backslash || (code === dot && before === slash)) return false;
    before = code;
  }
  return true;
}

const unreserved = /%(?:2[de]|3\d|4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9ae])/gi;

const decodeUnreserved = (path: string): string =>
  path.replace(unreserved, (encoded) => String.fromCharCode(Number.parseInt(encoded.slice(1), 16)));

const hasDotSegment = (path: string): boolean => /\/\.\.?(?:\/|$)/.test(path);

/** RFC 3986 section 5.2.4, but a path that leaves the root is none. */
function removeDotSegments(path: string): string | undefined {
  const segments = path.slice(1).split("/");
  const kept: string[] = [];
  for (const segment of segments) {
    if (segment === "..") {
      if (kept.pop() === undefined) return undefined;
    } else if (segment !== ".") kept.push(segment);
  }
  const last = segments.at(-1);
  const endsOpen = last === "." || last === "..";
  return `/${kept.join("/")}${endsOpen && kept.length > 0 ? "/" : ""}`;
}
