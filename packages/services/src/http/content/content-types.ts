/** What is encoded by default: content that gets smaller, and that is not encoded in itself. */
export const defaultContentTypes: readonly string[] = [
  "text/*",
  "application/json",
  "application/*+json",
  "application/javascript",
  "application/manifest+json",
  "application/wasm",
  "application/x-ndjson",
  "application/xml",
  "application/*+xml",
  "font/otf",
  "font/ttf",
  "image/bmp",
  "image/svg+xml",
  "image/vnd.microsoft.icon",
];

const syntax = /^[\w!#$&^.+*-]+\/[\w!#$&^.+*-]+$/;

/** Whether a text can be one of `types`: `text/html`, with `*` for any part of it. */
export const isContentTypePattern = (text: string): boolean => syntax.test(text);

/** Tells which values of Content-Type are meant by patterns; parameters and case do not count. */
export function contentTypeMatcher(patterns: readonly string[]): (contentType: string) => boolean {
  const alternatives = patterns.map((pattern) =>
    pattern.replace(/[$^.+]/g, String.raw`\$&`).replaceAll("*", String.raw`[^\s;,/]*`),
  );
  if (alternatives.length === 0) return () => false;
  const expression = new RegExp(String.raw`^(?:${alternatives.join("|")})\s*(?:;|$)`, "i");
  return (contentType) => expression.test(contentType);
}
