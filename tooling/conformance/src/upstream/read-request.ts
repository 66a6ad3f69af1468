import { type BodyFraming, fieldOf, readBody } from "../message-body.ts";

/** A request as far as it has come. */
export interface PartialRequest {
  /** With its empty line, in latin1. */
  readonly head: string;
  readonly body: string;
  /** Where it ends in the text. */
  readonly end: number;
  readonly state: "complete" | "incomplete" | "invalid";
}

/** Reads a request from the start of a text; `undefined` while its head is not complete. */
export function readRequest(text: string): PartialRequest | undefined {
  const headEnd = text.indexOf("\r\n\r\n");
  if (headEnd === -1) return undefined;
  const head = text.slice(0, headEnd + 4);
  return { head, ...readBody(text, headEnd + 4, framingOf(head)) };
}

function framingOf(head: string): BodyFraming {
  if (/chunked$/i.test(fieldOf(head, "transfer-encoding") ?? "")) return { type: "chunked" };
  const length = fieldOf(head, "content-length");
  return length === undefined ? { type: "none" } : { type: "length", bytes: Number(length) };
}
