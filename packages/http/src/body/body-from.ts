import type { Body } from "./body.ts";
import { BytesBody, emptyBody } from "./fixed-bodies.ts";
import { type BodyParts, IterableBody } from "./iterable-body.ts";

/** What a handler may answer with. Text is sent as UTF-8. */
export type BodyContent = string | Uint8Array | BodyParts | undefined;

/** The body for some content. Bytes are referred to, not copied; an iterable is read as fast as the peer takes it. */
export function bodyFrom(content: BodyContent): Body {
  if (content === undefined) return emptyBody;
  if (typeof content === "string") return new BytesBody(Buffer.from(content));
  if (content instanceof Uint8Array) return new BytesBody(asBuffer(content));
  return new IterableBody(content);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
