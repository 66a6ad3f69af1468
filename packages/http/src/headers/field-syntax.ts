import { byteClasses, tokenByte } from "../head/byte-classes.ts";
import { HttpHeaderInvalidError } from "../head/errors.ts";
import { foundText } from "../head/found.ts";

/** Throws {@link HttpHeaderInvalidError} unless `name` is a token. */
export function assertFieldName(name: string): void {
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at);
    if (code > 0x7f || ((byteClasses[code] as number) & tokenByte) === 0) refuse(name, "name", name);
  }
  if (name.length === 0) refuse(name, "name", name);
}

/** The value without blanks around it, which are no part of it (RFC 9110 5.5); throws for what cannot be sent. */
export function fieldValue(name: string, value: string): string {
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f || code > 0xff) refuse(name, "value", value);
  }
  return isBlankAt(value, 0) || isBlankAt(value, value.length - 1) ? trimBlanks(value) : value;
}

const isBlankAt = (value: string, at: number): boolean => {
  const code = value.charCodeAt(at);
  return code === 0x20 || code === 0x09;
};

// Not String.prototype.trim: that also takes U+00A0, which is a byte like any other here.
function trimBlanks(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isBlankAt(value, start)) start++;
  while (end > start && isBlankAt(value, end - 1)) end--;
  return value.slice(start, end);
}

function refuse(name: string, what: "name" | "value", text: string): never {
  throw new HttpHeaderInvalidError({ field: foundText(name), what, found: JSON.stringify(foundText(text)) });
}
