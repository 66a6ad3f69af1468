import { ChunkedEncodingError } from "../errors.ts";
import { byteClasses, obsTextByte, valueByte } from "../head/byte-classes.ts";
import { Headers } from "../headers/headers.ts";
import type { BodyLimits } from "./body-limits.ts";

const cr = 13;
const lf = 10;

const field = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*)$/s;

/**
 * Reads the trailer section of a body. A line is judged as soon as it has ended, and a control when it comes: the end of the section may
 * never come. Throws ERR_HTTP_CHUNKED_ENCODING.
 */
export class TrailerSection {
  readonly #limits: BodyLimits;
  readonly #kept: [string, string][] = [];
  #line: number[] = [];
  #bytes = 0;

  constructor(limits: BodyLimits) {
    this.#limits = limits;
  }

  /** What may be kept of it; undefined when that is nothing. */
  get fields(): Headers | undefined {
    return this.#kept.length > 0 ? new Headers(this.#kept) : undefined;
  }

  /** Takes a byte; true when it is the last one of the empty line that ends the section. */
  take(byte: number): boolean {
    const { maxTrailerBytes: most } = this.#limits;
    this.#bytes += 1;
    if (this.#bytes > most)
      throw new ChunkedEncodingError({ what: `trailers are longer than ${most} bytes` });
    if ((byte === lf) !== (this.#line.at(-1) === cr))
      throw new ChunkedEncodingError({ what: "a trailer line does not end with CRLF" });
    if (byte === lf) return this.#endLine();
    if (byte !== cr && ((byteClasses[byte] as number) & (valueByte | obsTextByte)) === 0) throw malformed();
    this.#line.push(byte);
    return false;
  }

  #endLine(): boolean {
    const text = Buffer.from(this.#line).toString("latin1", 0, this.#line.length - 1);
    this.#line = [];
    if (text === "") return true;
    const [, name, value = ""] = field.exec(text) ?? [];
    if (name === undefined) throw malformed();
    if (this.#limits.ambiguousFields.isTrailer(name)) this.#kept.push([name, value]);
    return false;
  }
}

const malformed = () => new ChunkedEncodingError({ what: "a trailer line is malformed" });
