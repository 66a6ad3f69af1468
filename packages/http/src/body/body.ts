import type { Content, ContentSink } from "@monolake/streams";
import type { Headers } from "../headers/headers.ts";

/** Where the bytes of a body go: what `write` returns says who owns the memory. Its end tells the trailers. */
export interface BodySink extends ContentSink<Headers | undefined> {}

/**
 * The content of a message. It passes through as the chunks that arrived, with backpressure; it is gathered only by who
 * asks for that (`readBody`). A body goes to one sink, once: `pipe` throws ERR_HTTP_BODY_USED the second time. Its `length` is -1
 * when only its end will tell (chunked, or until the connection closes).
 */
export interface Body extends Content<Headers | undefined> {
  /** Trailer fields, once the body is complete. */
  readonly trailers: Headers | undefined;
}
