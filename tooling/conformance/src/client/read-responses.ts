import { type BodyFraming, fieldOf, readBody } from "../message-body.ts";

/** A final response as a client reads it. */
export interface SeenResponse {
  readonly status: number;
  /** With its empty line, in latin1. */
  readonly head: string;
  readonly body: string;
  /** By its own framing: a client can tell that this was all of it. */
  readonly complete: boolean;
}

/** What a client received, as responses. */
export interface SeenResponses {
  readonly responses: readonly SeenResponse[];
  /** Bytes that are no response; the tunnel behind a 101 is not among them. */
  readonly rest: string;
}

/** How the connection was left by the peer. */
export interface ReceivedEnd {
  /** It sent FIN, and did not break the connection before. */
  readonly ended: boolean;
}

/** Reads final responses, each to the request whose method is at its place; interim ones are skipped. */
export function readResponses(
  text: string,
  methods: readonly string[],
  { ended }: ReceivedEnd,
): SeenResponses {
  const responses: SeenResponse[] = [];
  let at = 0;
  while (at < text.length) {
    const headEnd = text.indexOf("\r\n\r\n", at);
    if (headEnd === -1) break;
    const head = text.slice(at, headEnd + 4);
    const status = Number(/^HTTP\/1\.[01] (\d{3})[ \r]/.exec(head)?.[1]);
    if (Number.isNaN(status)) break;
    if (status === 101) {
      responses.push({ status, head, body: "", complete: true });
      return { responses, rest: "" };
    }
    at = headEnd + 4;
    if (status < 200) continue;
    const framing = framingOf(head, status, methods[responses.length] ?? "GET");
    const { body, end, state } = readBody(text, at, framing);
    const complete = state === "complete" || (framing.type === "close" && ended);
    responses.push({ status, head, body, complete });
    at = end;
  }
  return { responses, rest: text.slice(at) };
}

/** RFC 9112 section 6.3. */
function framingOf(head: string, status: number, method: string): BodyFraming {
  if (method === "HEAD" || status === 204 || status === 304) return { type: "none" };
  if (/(?:^|,)\s*chunked$/i.test(fieldOf(head, "transfer-encoding") ?? "")) return { type: "chunked" };
  const length = fieldOf(head, "content-length");
  return length === undefined ? { type: "close" } : { type: "length", bytes: Number(length) };
}
