/** What a client that knows that the server speaks HTTP/2 sends first (RFC 9113 section 3.4). */
export const prefaceBytes: Buffer = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

/** Whether a connection begins with the preface of HTTP/2; it may come in any number of pieces. */
export class PrefaceMatch {
  /** How many bytes of the preface have come. */
  matched = 0;

  /** Looks on: "no" as soon as something else stands there, and then `matched` bytes came before this chunk. */
  match(chunk: Buffer, at: number): "yes" | "no" | "perhaps" {
    const { matched } = this;
    const length = Math.min(chunk.length - at, prefaceBytes.length - matched);
    for (let index = 0; index < length; index++) {
      if (chunk[at + index] !== prefaceBytes[matched + index]) return "no";
    }
    if (matched + length === prefaceBytes.length) return "yes";
    this.matched = matched + length;
    return "perhaps";
  }
}
