import type { ServerSessionOptions } from "node:http2";
import type { ResolvedHttpServerOptions } from "../server/server-options.ts";

/** What a client may send on all streams before somebody takes it. */
export const connectionWindowBytes: number = 1024 * 1024;
/** And on one of them. */
const streamWindowBytes = 64 * 1024 - 1;
/** RFC 9113 section 6.5.2: each field counts so much more than its name and value. */
const fieldOverheadBytes = 32;
const pseudoFields = 5;

/** What `node:http2` and nghttp2 bound themselves. */
export function sessionOptions({ headLimits, http2 }: ResolvedHttpServerOptions): ServerSessionOptions {
  const { maxHeadBytes, maxFields } = headLimits;
  // Beyond these nothing can be answered: the stream is reset. The limits themselves are answered with 431.
  const pairs = 2 * (maxFields + pseudoFields);
  return {
    settings: {
      maxConcurrentStreams: http2.maxConcurrentStreams,
      initialWindowSize: streamWindowBytes,
      // RFC 8441: WebSockets on streams.
      enableConnectProtocol: true,
      maxHeaderListSize: maxHeadBytes + fieldOverheadBytes * pairs,
    },
    maxHeaderListPairs: pairs,
    maxSettings: 32,
    maxSessionInvalidFrames: 100,
    maxSessionRejectedStreams: 100,
    strictSingleValueFields: false,
    // nghttp2 counts while it reads, before anybody here hears of a stream.
    ...(http2.maxOffences === 0
      ? {}
      : {
          streamResetBurst: 2 * http2.maxOffences,
          streamResetRate: Math.ceil((http2.maxOffences * 1000) / http2.windowMs),
        }),
  };
}
