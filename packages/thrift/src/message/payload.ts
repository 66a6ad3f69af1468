/** Where the bytes of a payload go. */
export interface PayloadSink {
  /**
   * Takes a part of the payload. True: its memory may be used again at once. False: the memory is still needed, and nothing
   * more may come, until the sink calls `resume()` on the payload.
   */
  write(chunk: Buffer): boolean;
  /** The payload is complete. After a `write` that returned false its memory is in use until `resume()` all the same. */
  end(): void;
  /** The payload breaks off here: it will never be complete. The memory of what was written is not the sink's any more. */
  fail(error: Error): void;
}

/**
 * What stands behind the head of a message: the structure with its arguments or its result, encoded. A small one is here
 * as a whole; a large one passes through as the chunks that arrive, with backpressure. A payload goes to one sink, once.
 */
export interface Payload {
  /** Its length in bytes, or -1 when only its end will tell (a long message without a frame). */
  readonly length: number;
  /** All of it, when it is here. */
  readonly whole: Buffer | undefined;
  /** Sends everything to `sink`, beginning before this returns if something is there. Throws ERR_THRIFT_PAYLOAD_USED the second time. */
  pipe(sink: PayloadSink): void;
  /** After a `write` that returned false: the sink can take more. */
  resume(): void;
  /** Nobody wants the rest, or any of it: the sink hears nothing more. May be called at any time, any number of times. */
  cancel(reason?: Error): void;
}
