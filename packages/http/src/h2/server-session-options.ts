import type { ResolvedHttpServerOptions } from "../server/server-options.ts";
import { fieldOverheadBytes } from "./hpack/static-table.ts";
import type { SessionOptions } from "./session-listener.ts";

/** What a client may have on its way here on all streams. */
const connectionWindowBytes: number = 1024 * 1024;
/** What it may send on one of them before somebody takes it. */
const streamWindowBytes = 64 * 1024 - 1;
const pseudoFields = 5;

/** What a client is told, and held to. */
export function serverSessionOptions({ headLimits, http2 }: ResolvedHttpServerOptions): SessionOptions {
  const { maxHeadBytes, maxFields } = headLimits;
  // Beyond these nothing is answered: the stream is reset. The limits themselves are answered with 431.
  const most = 2 * (maxFields + pseudoFields);
  return {
    side: "server",
    maxConcurrentStreams: http2.maxConcurrentStreams,
    // RFC 8441: WebSockets on streams.
    enableConnectProtocol: true,
    streamWindowBytes,
    connectionWindowBytes,
    section: { maxBytes: maxHeadBytes + fieldOverheadBytes * most, maxFields: most },
  };
}
