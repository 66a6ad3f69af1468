import type { FormatScope } from "./format-scope.ts";
import { formatMs } from "./format-values.ts";
import type { AccessVariable, ReadValue } from "./variables.ts";

/** How one format writes values. */
export interface ValueStyle {
  /** What stands for a value that there is none of. */
  readonly absent: string;
  readonly plain: (text: string) => string;
  readonly bytes: (text: string) => string;
  readonly unicode: (text: string) => string;
}

/** A value as a format writes it, or what stands for none. */
export const optionalPiece =
  <Value>(
    read: ReadValue<Value | undefined>,
    format: (value: Value) => string,
    absent: string,
  ): ReadValue<string> =>
  (exchange, record) => {
    const value = read(exchange, record);
    return value === undefined ? absent : format(value);
  };

/** One variable in the style of a format. */
export function valuePiece(
  variable: AccessVariable,
  scope: FormatScope,
  style: ValueStyle,
): ReadValue<string> {
  const { absent } = style;
  switch (variable.kind) {
    case "plain":
      return optionalPiece(variable.read, style.plain, absent);
    case "target":
      return optionalPiece(scope.target(variable.read), style.bytes, absent);
    case "bytes":
      return optionalPiece(variable.read, style.bytes, absent);
    case "unicode":
      return optionalPiece(variable.read, style.unicode, absent);
    case "count":
      return optionalPiece(variable.read, String, absent);
    case "duration":
      return optionalPiece(variable.read, formatMs, absent);
    case "flag": {
      const { read } = variable;
      return (exchange, record) => String(read(exchange, record));
    }
    default: {
      const never: never = variable;
      throw new TypeError(`unknown variable ${JSON.stringify(never)}`);
    }
  }
}
