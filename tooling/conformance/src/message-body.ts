/** How a body is framed. */
export type BodyFraming =
  | { readonly type: "none" }
  | { readonly type: "length"; readonly bytes: number }
  | { readonly type: "chunked" }
  | { readonly type: "close" };

/** A body as far as it has come, in latin1. */
export interface ReadBody {
  readonly body: string;
  /** Where it ends, or the end of the text. */
  readonly end: number;
  /** "invalid": what stands there is no body of this framing. */
  readonly state: "complete" | "incomplete" | "invalid";
}

/** Reads a body that begins at `start`. One that ends with its connection stays incomplete. */
export function readBody(text: string, start: number, framing: BodyFraming): ReadBody {
  switch (framing.type) {
    case "none":
      return { body: "", end: start, state: "complete" };
    case "length": {
      const end = Math.min(text.length, start + framing.bytes);
      const complete = end === start + framing.bytes;
      return { body: text.slice(start, end), end, state: complete ? "complete" : "incomplete" };
    }
    case "chunked":
      return readChunked(text, start);
    case "close":
      return { body: text.slice(start), end: text.length, state: "incomplete" };
  }
}

function readChunked(text: string, start: number): ReadBody {
  let body = "";
  let at = start;
  const stop = (state: ReadBody["state"]): ReadBody => ({ body, end: text.length, state });
  for (;;) {
    const lineEnd = text.indexOf("\r\n", at);
    if (lineEnd === -1) return stop(/^[0-9a-fA-F]*\r?$|;/.test(text.slice(at)) ? "incomplete" : "invalid");
    const [, size] = /^([0-9a-fA-F]+)(?:;.*)?$/.exec(text.slice(at, lineEnd)) ?? [];
    if (size === undefined) return stop("invalid");
    const bytes = Number.parseInt(size, 16);
    at = lineEnd + 2;
    if (bytes === 0) break;
    body += text.slice(at, at + bytes);
    at += bytes;
    if (text.length < at + 2) return stop("incomplete");
    if (text.slice(at, at + 2) !== "\r\n") return stop("invalid");
    at += 2;
  }
  for (;;) {
    const lineEnd = text.indexOf("\r\n", at);
    if (lineEnd === -1) return stop("incomplete");
    if (lineEnd === at) return { body, end: at + 2, state: "complete" };
    at = lineEnd + 2;
  }
}

/** The value of a field in a head, or `undefined`. */
export function fieldOf(head: string, name: string): string | undefined {
  const [, value] = new RegExp(`\\r\\n${name}:[ \\t]*([^\\r\\n]*)`, "i").exec(head) ?? [];
  return value?.trimEnd();
}
