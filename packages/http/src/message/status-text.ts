import { STATUS_CODES } from "node:http";

/** By status; a plain table is a quicker look than a dictionary. */
const phrases: readonly string[] = Array.from({ length: 1000 }, (_, status) => STATUS_CODES[status] ?? "");

/** The usual reason phrase of a status (RFC 9110 section 15), empty for one without. */
export function statusText(status: number): string {
  return phrases[status] ?? "";
}
