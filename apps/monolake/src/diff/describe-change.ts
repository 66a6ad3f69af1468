import { type ConfigPath, formatPath, hiddenValue, isSecretName } from "@monolake/config";
import type { KeyChange, Table } from "./changed-keys.ts";
import { nameOf } from "./item-name.ts";

/** Takes out of a text what must not be shown: that of the configuration that a value is from. */
export type Conceal = (text: string) => string;

/** One line for a change, with the path of the key below the server: `timeout.idle_sec: 60 -> 30`. */
export function describeChange(
  change: KeyChange,
  conceal: { readonly before: Conceal; readonly after: Conceal },
): string {
  const key = formatPath(change.path);
  switch (change.type) {
    case "reordered":
      return `${key}: in another order`;
    case "added":
      return `${key}: added${contentOf(change.path, change.after, conceal.after)}`;
    case "removed":
      return `${key}: removed${contentOf(change.path, change.before, conceal.before)}`;
    case "changed": {
      const [before, after] = [
        textOf(change.path, change.before, conceal.before),
        textOf(change.path, change.after, conceal.after),
      ];
      return before === after ? `${key}: another value, which is not shown` : `${key}: ${before} -> ${after}`;
    }
    default: {
      const never: never = change;
      throw new TypeError(`unknown change ${JSON.stringify(never)}`);
    }
  }
}

/** Of a table its name, if it has one: the rest is in the file. */
function contentOf(path: ConfigPath, value: unknown, conceal: Conceal): string {
  const shown =
    typeof value === "object" && value !== null && !Array.isArray(value) ? nameOf(value as Table) : value;
  return shown === undefined ? "" : `, ${textOf(path, shown, conceal)}`;
}

const longestValue = 80;

function textOf(path: ConfigPath, value: unknown, conceal: Conceal): string {
  if (isSecretName(path.at(-1)) || isSecretName(path.at(-2))) return hiddenValue;
  const text = JSON.stringify(value, (key: string, part: unknown) => {
    if (isSecretName(key)) return hiddenValue;
    return typeof part === "string" ? conceal(part) : part;
  });
  const shown = typeof value === "object" ? text : conceal(text);
  return shown.length > longestValue ? `${shown.slice(0, longestValue)}…` : shown;
}
