import type { Content, ContentSink } from "@monolake/streams";

/** Where the bytes of a payload go. */
export interface PayloadSink extends ContentSink {}

/**
 * What stands behind the head of a message: the structure with its arguments or its result, encoded. A small one is here
 * as a whole; a large one passes through as the chunks that arrive, with backpressure. A payload goes to one sink, once: `pipe`
 * throws ERR_THRIFT_PAYLOAD_USED the second time. Its `length` is -1 when only its end will tell (a long message without a frame).
 */
export interface Payload extends Content {}
