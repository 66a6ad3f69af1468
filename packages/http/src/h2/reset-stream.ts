import type { Http2Stream } from "node:http2";

/**
 * Breaks off a stream that is being written to, with any code but CANCEL, which overtakes what is written (RFC 9113 section 7). `close`
 * alone ends the writable side first: where no trailers are awaited, END_STREAM goes before the reset, and half a message looks whole.
 */
export function resetStream(stream: Http2Stream, code: number): void {
  stream._final = endNothing;
  stream.close(code);
}

const endNothing = (callback: () => void): void => callback();
