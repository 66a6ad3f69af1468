import { latin1Slice } from "../headers/latin1.ts";
import { statusText } from "../message/status-text.ts";

/** The text at `start`: for the usual phrase of a status the constant, without making a string. */
export function reasonAt(bytes: Buffer, start: number, end: number, status: number): string {
  const usual = statusText(status);
  if (usual.length !== end - start) return latin1Slice(bytes, start, end);
  for (let at = 0; at < usual.length; at++) {
    if (bytes[start + at] !== usual.charCodeAt(at)) return latin1Slice(bytes, start, end);
  }
  return usual;
}
