const times = (count: string, text: (index: number) => string): string =>
  Array.from({ length: Number(count) }, (_, index) => text(index)).join("");

/**
 * Replaces the macros of a case's bytes: `${rep:c:n}` is n times c, `${hdrs:n:len}` n fields `X-i` with a value of len
 * bytes, `${ext:n:len}` n chunks of one byte, each with an extension of len bytes.
 */
export function expandMacros(text: string): string {
  return text
    .replace(/\$\{rep:([^}]+?|\}):(\d+)\}/gs, (_, repeated: string, count: string) =>
      repeated.repeat(Number(count)),
    )
    .replace(/\$\{hdrs:(\d+):(\d+)\}/g, (_, count: string, length: string) =>
      times(count, (index) => `X-${index}: ${"b".repeat(Number(length))}\r\n`),
    )
    .replace(/\$\{ext:(\d+):(\d+)\}/g, (_, count: string, length: string) =>
      times(count, () => `1;${"e".repeat(Number(length))}\r\nx\r\n`),
    );
}
