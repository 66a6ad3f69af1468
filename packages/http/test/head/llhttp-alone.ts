import { createParser, type HeadersComplete, type Parser } from "llhttp-wasm";

const create = createParser as unknown as (kind: "REQUEST" | "RESPONSE") => Parser;

/** What llhttp-wasm says to one whole head, with a parser of its own; undefined when it refuses. */
export function askLlhttp(kind: "REQUEST" | "RESPONSE", bytes: Uint8Array): HeadersComplete | undefined {
  const parser = create(kind);
  const heads: HeadersComplete[] = [];
  parser.onHeadersComplete = (head) => {
    heads.push(head);
    return 0;
  };
  const code = parser.execute(bytes);
  parser.destroy();
  // 0 is OK, 22 is "paused, the rest belongs to another protocol".
  return (code === 0 || code === 22) && heads.length === 1 ? heads[0] : undefined;
}
