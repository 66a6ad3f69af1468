import { createParser, type HeadersComplete, type Parser } from "llhttp-wasm";

/** A head as llhttp understood it. */
export type LlhttpVerdict =
  | { readonly type: "accepted"; readonly head: HeadersComplete }
  | { readonly type: "refused"; readonly name: string };

const ok = 0;
const pausedUpgrade = 22;

// Its declarations say number, but a number makes a parser that takes requests and responses alike.
const create = createParser as unknown as (kind: "REQUEST" | "RESPONSE") => Parser;

/**
 * Asks llhttp about whole heads, one `execute` for each: given in pieces, llhttp-wasm 1.0.3 mixes up names and values.
 * The parser is used again after a yes; after anything else a new one is made, so that no message marks the next.
 */
export class LlhttpJudge {
  private readonly kind: "REQUEST" | "RESPONSE";
  private parser: Parser | undefined = undefined;
  private head: HeadersComplete | undefined = undefined;

  constructor(kind: "REQUEST" | "RESPONSE") {
    this.kind = kind;
  }

  /** `bytes` are one head, from its first line to its empty line, and nothing else. */
  judge(bytes: Uint8Array): LlhttpVerdict {
    const parser = this.parser ?? this.open();
    // Taken out while it runs: should it throw, nobody gets it again.
    this.parser = undefined;
    this.head = undefined;
    const code = parser.execute(bytes);
    const head = this.head as HeadersComplete | undefined;
    if ((code === ok || code === pausedUpgrade) && head !== undefined) {
      parser.reset();
      this.parser = parser;
      return { type: "accepted", head };
    }
    const name = parser.getErrorName(code) ?? "head not complete";
    parser.destroy();
    return { type: "refused", name };
  }

  private open(): Parser {
    const parser = create(this.kind);
    parser.onHeadersComplete = (head) => {
      this.head = head;
      return 0;
    };
    return parser;
  }
}
