/*
 * The lines of an access log are ASCII: every character of them is one byte, whatever a client sends, and nothing that a
 * client sends ends a line or a quoted value, or moves the cursor of a terminal.
 */

/** Everything but the printable characters of ASCII without `"` and `\`. */
const needsEscape = /[^ !#-[\]-~]/;
const escaped = /[^ !#-[\]-~]/g;
const beyondAscii = /[^ -~]/g;

const shortEscapes: Readonly<Record<string, string>> = {
  "\b": "\\b",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  '"': '\\"',
  "\\": "\\\\",
};

const hexEscape = (byte: number): string => `\\x${byte.toString(16).padStart(2, "0")}`;

function escapeCharacter(character: string): string {
  const short = shortEscapes[character];
  if (short !== undefined) return short;
  const code = character.charCodeAt(0);
  // Above Latin-1 it is no byte of a header: the bytes of its UTF-8 form then.
  return code < 256 ? hexEscape(code) : [...Buffer.from(character)].map(hexEscape).join("");
}

/** Text of a message, a character for each byte, as Apache httpd writes it into its logs: `\"`, `\\`, `\n`, `\xhh`. */
export function escapeBytes(text: string): string {
  return needsEscape.test(text) ? text.replace(escaped, escapeCharacter) : text;
}

/** The same for text that was never bytes, such as a name in a configuration. */
export function escapeUnicode(text: string): string {
  return needsEscape.test(text) ? escapeBytes(utf8Bytes(text)) : text;
}

/** The bytes of the text's UTF-8 form, a character for each. */
export const utf8Bytes = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

const unicodeEscape = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** A JSON string, in ASCII. */
export function jsonString(text: string): string {
  return needsEscape.test(text) ? JSON.stringify(text).replace(beyondAscii, unicodeEscape) : `"${text}"`;
}

/** A JSON string of text that has a character for each byte: read as UTF-8 if it is that, otherwise as Latin-1. */
export function jsonStringOfBytes(text: string): string {
  return needsEscape.test(text) ? jsonString(readable(text)) : `"${text}"`;
}

const utf8Decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function readable(text: string): string {
  const bytes = Buffer.from(text, "latin1");
  try {
    return utf8Decoder.decode(bytes);
  } catch {
    return text;
  }
}
