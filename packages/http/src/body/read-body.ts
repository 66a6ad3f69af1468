import { BodyTooLargeError } from "../errors.ts";
import type { Body } from "./body.ts";

/** Bounds for gathering a body. */
export interface ReadBodyOptions {
  /** More than this many bytes reject with ERR_HTTP_BODY_TOO_LARGE. Default 1 MiB. */
  readonly maxBytes?: number;
}

/**
 * Gathers a body into memory of its own: for layers that need all of it. Rejects with ERR_HTTP_BODY_TOO_LARGE, or with
 * what broke the body off.
 */
export function readBody(body: Body, options: ReadBodyOptions = {}): Promise<Buffer> {
  const maxBytes = options.maxBytes ?? 1024 * 1024;
  return new Promise((resolve, reject) => {
    const tooLarge = (atLeast: number) => {
      const error = new BodyTooLargeError({ maxBytes, bytes: atLeast });
      body.cancel(error);
      reject(error);
    };
    if (body.length > maxBytes) return tooLarge(body.length);
    const chunks: Buffer[] = [];
    let bytes = 0;
    body.pipe({
      write(chunk) {
        bytes += chunk.length;
        if (bytes > maxBytes) tooLarge(bytes);
        else chunks.push(Buffer.from(chunk));
        return true;
      },
      end: () => resolve(Buffer.concat(chunks)),
      fail: reject,
    });
  });
}
