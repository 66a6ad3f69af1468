import { CopySource } from "./copy-bytes.ts";
import { encodeLine } from "./encode-text.ts";
import { assertFieldName, fieldValue } from "./field-syntax.ts";
import { knownFieldId } from "./known-fields.ts";

/**
 * A field that many messages get: checked and encoded once, for `Headers.setField`. Throws ERR_HTTP_HEADER_INVALID for a
 * name that is no token and a value that cannot be sent.
 */
export class PreparedField {
  readonly name: string;
  readonly value: string;
  /** @internal */
  readonly id: number;
  /** @internal The name as it is looked for. */
  readonly lower: string;
  /** @internal `Name: value\r\n`. */
  readonly line: CopySource;

  constructor(name: string, value: string) {
    assertFieldName(name);
    this.name = name;
    this.value = fieldValue(name, value);
    this.id = knownFieldId(name);
    this.lower = name.toLowerCase();
    const line = Buffer.allocUnsafeSlow(name.length + this.value.length + 4);
    encodeLine(line, 0, name, this.value);
    this.line = new CopySource(line);
  }
}
