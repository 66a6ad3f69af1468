const longest = 64;

const escapeByte = (byte: number): string => {
  if (byte === 0x5c) return "\\\\";
  if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte);
  return `\\x${byte.toString(16).padStart(2, "0")}`;
};

/** Bytes a stranger sent, made fit for a log line: printable ASCII, escapes for the rest, at most 64 characters. */
export function found(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end && at < bytes.length; at++) {
    const next = escapeByte(bytes[at] as number);
    if (text.length + next.length > longest - 3) return `${text}...`;
    text += next;
  }
  return text;
}

/** The same for a string. */
export const foundText = (text: string): string => {
  const bytes = Buffer.from(text.slice(0, longest), "latin1");
  return found(bytes, 0, bytes.length);
};
