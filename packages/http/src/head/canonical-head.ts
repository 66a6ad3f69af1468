import { latin1Slice } from "../headers/latin1.ts";
import type { Refuse } from "./refusal.ts";

/** Fields that frame or route a message, or end here: nothing in them is repaired, but equal lengths. */
const judged = new Set([
  "host",
  "content-length",
  "transfer-encoding",
  "connection",
  "upgrade",
  "expect",
  "te",
  "trailer",
]);
const fieldLine = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)([ \t]*):(.*)$/s;
const controls = /[\x00-\x08\x0b-\x1f\x7f]/g;
const length = /^[0-9]{1,15}$/;

/**
 * Writes a head anew in the form that the strict readers take, as far as RFC 9112 leaves it to the recipient what to do: lines
 * that end with LF alone get their CR (section 2.2); folded lines become one with a space (5.2); controls in values become
 * spaces (RFC 9110 section 5.5); the same Content-Length several times is there once (RFC 9110 section 8.6); bytes above
 * ASCII in a target are percent-encoded; blanks before a colon go, in a response (5.1).
 *
 * `bytes` are a whole head, from its first line to its empty one, without a bare CR. What comes out is judged by the strict
 * readers as if it had come so: nothing that could frame a message in two ways gets past them.
 */
export function canonicalHead(bytes: Buffer, isRequest: boolean, refuse: Refuse): Buffer {
  const [first = "", ...lines] = latin1Slice(bytes, 0, bytes.length).split(/\r?\n/);
  const fields: string[] = [];
  let contentLength: string | undefined;
  for (const line of unfold(lines, (at) => refuseFold(lines[at] as string, at + 2, refuse))) {
    const [, name, blanks = "", value = ""] = fieldLine.exec(line) ?? [];
    const known = name?.toLowerCase();
    if (known === undefined || (isRequest && blanks !== "")) fields.push(line);
    else if (known === "content-length") {
      const lengths = value.split(",").map((part) => part.replace(/^[ \t]+|[ \t]+$/g, ""));
      const [one = ""] = lengths;
      const same = length.test(one) && lengths.every((other) => other === one);
      if (same && contentLength === one) continue;
      contentLength ??= one;
      fields.push(same ? `${name}: ${one}` : line);
    } else if (judged.has(known)) fields.push(`${name}:${value}`);
    else fields.push(`${name}:${value.replace(controls, " ")}`);
  }
  const start = isRequest ? encodeTarget(first) : first;
  return Buffer.from(`${[start, ...fields].join("\r\n")}\r\n\r\n`, "latin1");
}

/** The first `length` bytes of a request's head, its first line, as {@link canonicalHead} writes it. */
export const canonicalLine = (bytes: Buffer, length: number): Buffer =>
  Buffer.from(encodeTarget(latin1Slice(bytes, 0, length)), "latin1");

/** The fields of a head, without its empty line, each on one line. */
function unfold(lines: readonly string[], refused: (at: number) => never): string[] {
  const fields: string[] = [];
  for (const [at, line] of lines.entries()) {
    if (line === "") break;
    const before = fields.at(-1);
    if (!/^[ \t]/.test(line)) fields.push(line);
    // The first field has none before it; the others must not be more than their own line says.
    else if (before === undefined || isJudged(before)) refused(at);
    else fields[fields.length - 1] = `${before.replace(/[ \t]+$/, "")} ${line.replace(/^[ \t]+/, "")}`;
  }
  return fields;
}

const isJudged = (line: string): boolean =>
  judged.has((fieldLine.exec(line)?.[1] ?? "").toLowerCase()) || !fieldLine.test(line);

function refuseFold(text: string, line: number, refuse: Refuse): never {
  const bytes = Buffer.from(text, "latin1");
  return refuse({ status: 400, reason: "line-folded", line, bytes, start: 0, end: bytes.length });
}

/** A request line with what follows its method in ASCII. */
function encodeTarget(line: string): string {
  const targetStart = line.indexOf(" ");
  if (targetStart === -1) return line;
  const encode = (byte: string) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`;
  return line.slice(0, targetStart) + line.slice(targetStart).replace(/[\x80-\xff]/g, encode);
}
