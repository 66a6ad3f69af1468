/** A case of h2spec that fails for a reason outside of this project, and the reason. */
export interface KnownFailure {
  /** As h2spec names it: section and number. */
  readonly id: string;
  readonly reason: string;
  /** Fails on cleartext only. */
  readonly cleartextOnly?: boolean;
}

const ignored = "nghttp2 ignores frames on a stream that it has closed: nothing comes back";

/**
 * What fails against every server on `node:http2` of Node.js 26 (nghttp2 1.70) alike, a bare one included, with the frames that
 * are exchanged. h2spec tests RFC 7540; some of it is gone from RFC 9113.
 */
export const knownFailures: readonly KnownFailure[] = [
  {
    id: "http2/3.5/2",
    cleartextOnly: true,
    reason:
      "the port speaks HTTP/1.1, too: `INVALID CONNECTION PREFACE` is a request line that is refused with `HTTP/1.1 400` and a close, which h2spec cannot read",
  },
  { id: "http2/5.1/8", reason: `RST_STREAM, then DATA: ${ignored}` },
  { id: "http2/5.1/9", reason: `RST_STREAM, then HEADERS: ${ignored}` },
  { id: "http2/5.1/11", reason: `HEADERS END_STREAM, answer, then DATA: ${ignored}` },
  { id: "http2/5.1/12", reason: `HEADERS END_STREAM, answer, then HEADERS: ${ignored}` },
  { id: "http2/5.1.1/2", reason: `HEADERS on stream 5, then on 3: ${ignored}, as stream 3 counts as closed` },
  {
    id: "http2/5.3.1/2",
    reason:
      "PRIORITY that depends on itself: nghttp2 does not read priorities any more (RFC 9113 section 5.3.2)",
  },
  {
    id: "http2/6.3/1",
    reason: "PRIORITY on stream 0: nghttp2 does not read priorities any more (RFC 9113 section 5.3.2)",
  },
  {
    id: "http2/6.7/2",
    reason:
      "PING ACK that answers nothing: Node.js ends the connection with GOAWAY, h2spec wants the next PING answered",
  },
  {
    id: "http2/6.9/2",
    reason:
      "WINDOW_UPDATE of 0 on a stream that is answered already: nghttp2 has closed it and ignores the frame",
  },
  {
    id: "http2/6.9.1/3",
    reason:
      "WINDOW_UPDATE above 2^31-1 on a stream: the connection ends with GOAWAY FLOW_CONTROL_ERROR, h2spec wants RST_STREAM (RFC 9113 section 6.9.1 allows both)",
  },
];
