import type { ResolvedHttpClientConnectionOptions } from "../client/client-options.ts";
import { largestWindowBytes } from "./frames.ts";
import { fieldOverheadBytes } from "./hpack/static-table.ts";
import type { SessionOptions } from "./session-listener.ts";

/** What a server may send of one response before somebody takes it. */
const streamWindowBytes = 128 * 1024;

/** What a server is told, and held to. */
export function clientSessionOptions({
  headLimits,
  http2,
}: ResolvedHttpClientConnectionOptions): SessionOptions {
  const { maxHeadBytes, maxFields } = headLimits;
  // One more than there may be, and :status: the reader of heads says what is too much.
  const most = maxFields + 2;
  return {
    side: "client",
    maxConcurrentStreams: 0,
    enableConnectProtocol: false,
    streamWindowBytes,
    // A server may use the window of each stream at the same time.
    connectionWindowBytes: Math.min(largestWindowBytes, http2.maxConcurrentStreams * streamWindowBytes),
    section: { maxBytes: maxHeadBytes + fieldOverheadBytes * most, maxFields: most },
  };
}
