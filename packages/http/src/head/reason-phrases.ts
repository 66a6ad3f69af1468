import { STATUS_CODES } from "node:http";
import { latin1Slice } from "../headers/latin1.ts";

/** Reason phrases by status, "" where there is none. */
const reasonPhrases: readonly string[] = Array.from(
  { length: 600 },
  (_, status) => STATUS_CODES[status] ?? "",
);

/** The text at `start`: for the usual phrase of a status the constant, without making a string. */
export function reasonAt(bytes: Buffer, start: number, end: number, status: number): string {
  const usual = reasonPhrases[status] as string;
  if (usual.length !== end - start) return latin1Slice(bytes, start, end);
  for (let at = 0; at < usual.length; at++) {
    if (bytes[start + at] !== usual.charCodeAt(at)) return latin1Slice(bytes, start, end);
  }
  return usual;
}
