/** Where the bytes of a message's content go. `Ending` is what its end tells beside that it is there. */
export interface ContentSink<Ending = void> {
  /**
   * Takes a part of the content. True: its memory may be used again at once. False: the memory is still needed, and nothing
   * more may come, until the sink calls `resume()` on the content.
   */
  write(chunk: Buffer): boolean;
  /** The content is complete. After a `write` that returned false its memory is in use until `resume()` all the same. */
  end(ending: Ending): void;
  /** The content breaks off here: it will never be complete. The memory of what was written is not the sink's any more. */
  fail(error: Error): void;
}

/**
 * The content of a message. It passes through as the chunks that arrive, with backpressure; it is gathered only by who asks for
 * that. A content goes to one sink, once.
 */
export interface Content<Ending = void> {
  /** Its length in bytes, or -1 when only its end will tell. */
  readonly length: number;
  /** All of it, when it is already here: saves the sink's protocol. Valid until the message is dealt with. */
  readonly whole: Buffer | undefined;
  /** Sends everything to `sink`, beginning before this returns if something is there. Throws the second time. */
  pipe(sink: ContentSink<Ending>): void;
  /** After a `write` that returned false: the sink can take more. */
  resume(): void;
  /**
   * Nobody wants the rest, or any of it. Ends what produces it; the sink hears nothing more, and the memory of what was
   * written is not the sink's any more. May be called at any time, any number of times.
   */
  cancel(reason?: Error): void;
}
