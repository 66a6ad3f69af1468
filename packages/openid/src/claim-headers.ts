import type { Headers } from "@monolake/http";
import type { Claims } from "./session.ts";

/** Tells those behind who somebody is, by request fields that clients cannot set. */
export class ClaimHeaders {
  readonly #fields: readonly (readonly [claim: string, field: string])[];

  constructor(fields: Readonly<Record<string, string>>) {
    this.#fields = Object.entries(fields);
  }

  /** Removes what a client sent, whoever it is. `_` counts as `-`: servers that make variables of fields take them for the same. */
  remove(headers: Headers): void {
    if (this.#fields.length === 0) return;
    const ours = new Set(this.#fields.map(([, field]) => sameName(field)));
    const sent = [...headers].map(([name]) => name).filter((name) => ours.has(sameName(name)));
    for (const name of sent) headers.delete(name);
  }

  write(headers: Headers, claims: Claims): void {
    for (const [claim, field] of this.#fields) {
      const value = fieldValue(claims[claim]);
      if (value !== undefined) headers.set(field, value);
    }
  }
}

const sameName = (name: string): string => name.toLowerCase().replaceAll("_", "-");

const controls = /[\x00-\x1f\x7f]/;

/** As UTF-8. A list's elements stand between commas, so a comma of their own is `%2C`; undefined for what cannot be sent. */
function fieldValue(claim: unknown): string | undefined {
  if (claim === undefined || claim === null) return undefined;
  const text = Array.isArray(claim) ? claim.map(elementText).join(",") : plainText(claim);
  return controls.test(text) ? undefined : Buffer.from(text).toString("latin1");
}

const elementText = (element: unknown): string =>
  plainText(element).replace(/[%,]/g, (character) => encodeURIComponent(character));

const plainText = (value: unknown): string =>
  typeof value === "object" ? JSON.stringify(value) : String(value);
