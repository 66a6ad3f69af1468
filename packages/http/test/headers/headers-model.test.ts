import fc from "fast-check";
import { expect, it } from "vitest";
import { RequestHeadReader } from "../../src/head/head-reader.ts";
import { Headers } from "../../src/headers/headers.ts";
import { knownFields } from "../../src/headers/known-fields.ts";

/** The same thing, as plainly as it can be written. */
class ModelHeaders {
  fields: [string, string][] = [];
  get(name: string): string[] {
    return this.fields.filter(([own]) => own.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
  }
  append(name: string, value: string): void {
    this.fields.push([name, value]);
  }
  delete(...names: string[]): void {
    this.fields = this.fields.filter(
      ([own]) => !names.some((name) => own.toLowerCase() === name.toLowerCase()),
    );
  }
  set(name: string, value: string): void {
    const first = this.fields.find(([own]) => own.toLowerCase() === name.toLowerCase());
    if (first === undefined) return this.append(name, value);
    first[1] = value;
    this.fields = this.fields.filter(
      (field) => field === first || field[0].toLowerCase() !== name.toLowerCase(),
    );
  }
}

const names = fc.constantFrom(
  "Host",
  "Connection",
  "connection",
  "X-A",
  "x-a",
  "X-B",
  "Cookie",
  "Keep-Alive",
  "x-longer-name",
);
const values = fc.constantFrom("1", "two", "a, b", "caf\xe9", "x".repeat(40));
const pairs = fc.array(fc.tuple(names, values), { maxLength: 8 });
const edit = fc.record({
  type: fc.constantFrom("set", "append", "delete", "delete-known", "clone", "edit-clone"),
  name: names,
  value: values,
});

function apply(
  headers: Headers,
  model: ModelHeaders,
  { type, name, value }: { type: string; name: string; value: string },
): Headers {
  switch (type) {
    case "set":
      headers.set(name, value);
      model.set(name, value);
      return headers;
    case "append":
      headers.append(name, value);
      model.append(name, value);
      return headers;
    case "delete":
      expect(headers.delete(name)).toBe(model.get(name).length > 0);
      model.delete(name);
      return headers;
    case "delete-known":
      headers.deleteAllOf(knownFields("connection", "keep-alive", "host"));
      model.delete("connection", "keep-alive", "host");
      return headers;
    case "clone":
      return headers.clone();
    default:
      headers.clone().set(name, "of the clone");
      return headers;
  }
}

/** Fields that were parsed; HTTP/1.0, so that Host may be missing. */
function parsed(fields: readonly (readonly [string, string])[]): Headers | undefined {
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  if (fields.filter(([name]) => name === "Host").length > 1) return undefined;
  const usable = lines.replace(/^Host: .*$/m, "Host: one");
  return new RequestHeadReader().read(Buffer.from(`GET / HTTP/1.0\r\n${usable}\r\n`, "latin1"), 0)?.headers;
}

it("edited in any order, headers are what a list of pairs would be", () => {
  const every = fc.property(
    pairs,
    fc.boolean(),
    fc.array(edit, { maxLength: 8 }),
    (fields, fromBytes, edits) => {
      let headers = fromBytes ? (parsed(fields) ?? new Headers(fields)) : new Headers(fields);
      const model = new ModelHeaders();
      model.fields = [...headers].map(([name, value]) => [name, value]);
      for (const one of edits) {
        headers = apply(headers, model, one);
        expect([...headers]).toEqual(model.fields);
        expect(headers.size).toBe(model.fields.length);
        for (const [name] of [...fields, [one.name]]) {
          expect(headers.has(name)).toBe(model.get(name).length > 0);
          expect(headers.get(name)).toBe(model.get(name)[0]);
          expect(headers.getAll(name)).toEqual(model.get(name));
        }
      }
      const into = Buffer.alloc(headers.maxEncodedBytes);
      const end = headers.encode(into, 0);
      expect(into.toString("latin1", 0, end)).toBe(
        model.fields.map(([name, value]) => `${name}: ${value}\r\n`).join(""),
      );
    },
  );
  fc.assert(every, { numRuns: 2_000, seed: 20_261_124 });
});
