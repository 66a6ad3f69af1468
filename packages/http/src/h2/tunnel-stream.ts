import { constants, type Http2Stream } from "node:http2";
import { type ByteStream, duplexStream } from "@monolake/streams";

/** The bytes of a stream of HTTP/2 that has left HTTP (RFC 8441 section 5): it ends with END_STREAM, and breaks off with a reset. */
export const tunnelStream = (
  stream: Http2Stream,
  { localAddress, remoteAddress }: Pick<ByteStream, "localAddress" | "remoteAddress">,
): ByteStream =>
  duplexStream(stream, {
    localAddress,
    remoteAddress,
    reset: () => stream.close(constants.NGHTTP2_CANCEL),
  });
