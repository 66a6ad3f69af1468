import type { Headers } from "../headers/headers.ts";

/** Where the bytes of a body go. */
export interface BodySink {
  /**
   * Takes a part of the body. True: its memory may be used again at once. False: the memory is still needed, and nothing
   * more may come, until the sink calls `resume()` on the body.
   */
  write(chunk: Buffer): boolean;
  /** The body is complete. After a `write` that returned false its memory is in use until `resume()` all the same. */
  end(trailers: Headers | undefined): void;
  /** The body breaks off here: it will never be complete. The memory of what was written is not the sink's any more. */
  fail(error: Error): void;
}

/**
 * The content of a message. It passes through as the chunks that arrived, with backpressure; it is gathered only by who
 * asks for that (`readBody`). A body goes to one sink, once.
 */
export interface Body {
  /** Its length in bytes, or -1 when only its end will tell (chunked, or until the connection closes). */
  readonly length: number;
  /** All of it, when it is already here: saves the sink's protocol. Valid until the message is dealt with. */
  readonly whole: Buffer | undefined;
  /** Trailer fields, once the body is complete. */
  readonly trailers: Headers | undefined;
  /** Sends everything to `sink`, beginning before this returns if something is there. Throws ERR_HTTP_BODY_USED the second time. */
  pipe(sink: BodySink): void;
  /** After a `write` that returned false: the sink can take more. */
  resume(): void;
  /**
   * Nobody wants the rest, or any of it. Ends what produces it; the sink hears nothing more, and the memory of what was
   * written is not the sink's any more. May be called at any time, any number of times.
   */
  cancel(reason?: Error): void;
}
