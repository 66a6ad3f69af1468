const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;

/** Where the list element that starts at `start` ends; a comma inside a quoted string ends nothing. */
function elementEnd(value: string, start: number): number {
  let quoted = false;
  for (let at = start; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (quoted && code === backslash) at++;
    else if (code === quote) quoted = !quoted;
    else if (code === comma && !quoted) return at;
  }
  return value.length;
}

/** Adds the elements of a comma-separated value (RFC 9110 5.6.1) to `into`, trimmed, without the empty ones. */
export function addListElements(value: string, into: string[]): void {
  for (let at = 0; at < value.length; at++) {
    const end = elementEnd(value, at);
    let first = at;
    let last = end;
    while (first < last && isBlank(value.charCodeAt(first))) first++;
    while (last > first && isBlank(value.charCodeAt(last - 1))) last--;
    if (last > first) into.push(value.slice(first, last));
    at = end;
  }
}

/**
 * Adds the elements of a list whose elements are tokens to `into`, in lower case, without the empty ones. A quote is a character as
 * any other: what stands between two of them must not be hidden from us while others see it.
 */
export function addTokens(value: string, into: string[]): void {
  for (const element of value.split(",")) {
    const token = element.replace(/^[ \t]+|[ \t]+$/g, "").toLowerCase();
    if (token !== "") into.push(token);
  }
}
