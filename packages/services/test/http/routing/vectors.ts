import { readFileSync } from "node:fs";

/** One group of a vector file: the routes that it declares, and its cases, `input -> expected`. */
export interface VectorGroup {
  readonly name: string;
  readonly routes: string[];
  readonly cases: { readonly input: string; readonly expected: string }[];
}

/** Reads a file of vectors/: `group NAME`, then `  route PATTERN` and `  INPUT -> EXPECTED`; `#` comments. */
export function readVectors(file: string): VectorGroup[] {
  const groups: VectorGroup[] = [];
  for (const line of readFileSync(new URL(`vectors/${file}`, import.meta.url), "utf8").split("\n")) {
    const group = groups.at(-1);
    if (line.startsWith("group ")) groups.push({ name: line.slice(6), routes: [], cases: [] });
    else if (line.startsWith("  route ")) group?.routes.push(line.slice(8));
    else if (line.startsWith("  ")) {
      const [input = "", expected = ""] = line.slice(2).split(" -> ");
      group?.cases.push({ input: input === '""' ? "" : input, expected });
    }
  }
  return groups;
}
