import { ChunkedEncodingError } from "../errors.ts";
import { byteClasses, obsTextByte, tokenByte, valueByte } from "../head/byte-classes.ts";
import type { BodyLimits } from "./body-limits.ts";

const cr = 13;
const quote = 34;
const semicolon = 59;
const equals = 61;
const backslash = 92;

type State =
  | "name-start"
  | "name"
  | "name-end"
  | "value-start"
  | "value"
  | "quoted"
  | "escaped"
  | "value-end";

/** Where a blank is one between the parts of an extension, and what comes behind it. */
const behindBlank: { readonly [state in State]?: State } = {
  "name-start": "name-start",
  name: "name-end",
  "name-end": "name-end",
  "value-start": "value-start",
  value: "value-end",
  "value-end": "value-end",
};

const mayEnd: ReadonlySet<State> = new Set(["name", "name-end", "value", "value-end"]);

const isBlank = (byte: number): boolean => byte === 32 || byte === 9;

const isOf = (byte: number, classes: number): boolean => ((byteClasses[byte] as number) & classes) !== 0;

/**
 * Reads over the extensions of chunks, which carry nothing for a gateway: `;name`, `;name=token` and `;name="quoted"`
 * (RFC 9112 section 7.1.1); blanks between them only where they are taken. Whatever else stands there, another reader may take for the
 * end of the line.
 */
export class ChunkExtensions {
  #state: State = "name-start";
  /** Of the body, all chunks together. */
  #bytes = 0;
  readonly #maxBytes: number;
  readonly #takesBlanks: boolean;

  constructor({ maxChunkExtensionBytes, parsing }: BodyLimits) {
    this.#maxBytes = maxChunkExtensionBytes;
    this.#takesBlanks = parsing === "compat";
  }

  /** Takes a byte behind the first semicolon; true when it is the CR that ends the line. Throws ERR_HTTP_CHUNKED_ENCODING. */
  take(byte: number): boolean {
    if (byte === cr) {
      if (mayEnd.has(this.#state)) {
        this.#state = "name-start";
        return true;
      }
      throw malformed();
    }
    this.#bytes += 1;
    if (this.#bytes > this.#maxBytes)
      throw new ChunkedEncodingError({ what: `chunk extensions are longer than ${this.#maxBytes} bytes` });
    this.#state = this.#after(byte);
    return false;
  }

  #after(byte: number): State {
    const behind = this.#takesBlanks && isBlank(byte) ? behindBlank[this.#state] : undefined;
    if (behind !== undefined) return behind;
    switch (this.#state) {
      case "name-start":
        return isOf(byte, tokenByte) ? "name" : refuse();
      case "name":
        if (isOf(byte, tokenByte)) return "name";
        if (byte === equals) return "value-start";
        return byte === semicolon ? "name-start" : refuse();
      case "name-end":
        if (byte === equals) return "value-start";
        return byte === semicolon ? "name-start" : refuse();
      case "value-start":
        if (byte === quote) return "quoted";
        return isOf(byte, tokenByte) ? "value" : refuse();
      case "value":
        if (isOf(byte, tokenByte)) return "value";
        return byte === semicolon ? "name-start" : refuse();
      case "quoted":
        if (byte === quote) return "value-end";
        if (byte === backslash) return "escaped";
        return isOf(byte, valueByte | obsTextByte) ? "quoted" : refuse();
      case "escaped":
        return isOf(byte, valueByte | obsTextByte) ? "quoted" : refuse();
      case "value-end":
        return byte === semicolon ? "name-start" : refuse();
    }
  }
}

const malformed = () => new ChunkedEncodingError({ what: "a chunk extension is malformed" });

function refuse(): never {
  throw malformed();
}
