import { ThriftTooLargeError } from "../errors.ts";
import type { Payload } from "./payload.ts";

/** How much is gathered. */
export interface ReadPayloadOptions {
  /** Default 16 MiB. */
  readonly maxBytes?: number;
}

/**
 * All of a payload, in memory that belongs to its message. At once, and without a copy, where it is here as a whole. Rejects with
 * ERR_THRIFT_TOO_LARGE, ERR_THRIFT_PAYLOAD_USED, or with what broke it off.
 */
export function readPayload(payload: Payload, options: ReadPayloadOptions = {}): Promise<Buffer> {
  const maxBytes = options.maxBytes ?? 16 * 1024 * 1024;
  const tooLarge = (bytes: number) => new ThriftTooLargeError({ what: "payload", bytes, maxBytes });
  if (payload.length > maxBytes) {
    payload.cancel();
    return Promise.reject(tooLarge(payload.length));
  }
  if (payload.whole !== undefined) return Promise.resolve(payload.whole);
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    payload.pipe({
      write(chunk) {
        bytes += chunk.length;
        if (bytes > maxBytes) {
          payload.cancel();
          reject(tooLarge(bytes));
        } else parts.push(Buffer.from(chunk));
        return true;
      },
      end: () => resolve(Buffer.concat(parts)),
      fail: reject,
    });
  });
}
