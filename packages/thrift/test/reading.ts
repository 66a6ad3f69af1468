import { MessageReader } from "../src/connection/message-reader.ts";
import type { ThriftLimits, ThriftMessage } from "../src/index.ts";
import type { DetectedTransport } from "../src/wire/detect-transport.ts";
import { resolveThriftLimits } from "../src/wire/limits.ts";

const ignoring = { payloadResumed() {}, payloadSettled() {}, payloadCancelled() {} };

/** What a reader may be given. */
export interface ReadingOptions extends ThriftLimits {
  readonly transport?: DetectedTransport;
  readonly gatherBytes?: number;
}

/** A message that was read, with all of its payload. */
export interface ReadMessage {
  readonly message: ThriftMessage;
  /** Complete when `complete` is. */
  readonly payload: () => Buffer;
  readonly complete: () => boolean;
}

/** A reader that is fed by hand. */
export class TestReader {
  readonly reader: MessageReader;
  readonly messages: ReadMessage[] = [];

  constructor({ transport, gatherBytes, ...limits }: ReadingOptions = {}) {
    this.reader = new MessageReader(ignoring, resolveThriftLimits(limits), {
      ...(transport === undefined ? {} : { transport }),
      ...(gatherBytes === undefined ? {} : { gatherBytes }),
    });
  }

  /** Feeds a chunk whose memory is overwritten afterwards, as that of a stream is. */
  feed(bytes: Uint8Array): this {
    const chunk = Buffer.from(bytes);
    this.reader.feed(chunk, false);
    while (this.reader.hasMore) {
      const message = this.reader.next();
      if (message !== undefined) this.messages.push(collected(message));
    }
    chunk.fill(0xee);
    return this;
  }
}

function collected(message: ThriftMessage): ReadMessage {
  const whole = message.isWhole ? message.payload.whole : undefined;
  if (whole !== undefined) return { message, payload: () => whole, complete: () => true };
  const parts: Buffer[] = [];
  let ended = false;
  message.payload.pipe({
    write: (part) => {
      parts.push(Buffer.from(part));
      return true;
    },
    end: () => {
      ended = true;
    },
    fail() {},
  });
  return { message, payload: () => Buffer.concat(parts), complete: () => ended };
}

/** A message as it would be sent on. */
export const encoded = ({ message, payload }: ReadMessage): Buffer =>
  Buffer.concat([message.prefix, payload()]);
